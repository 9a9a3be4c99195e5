package io.github.jujupgsql.sample;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

class KeyReusedException extends ErrorResponseException {

	KeyReusedException(String servedBy) {
		super(HttpStatus.UNPROCESSABLE_CONTENT);
		setDetail("Another note has been stored with this " + IdempotencyKey.HEADER + ".");
		getHeaders().set(NoteController.SERVED_BY, servedBy);
	}

}
