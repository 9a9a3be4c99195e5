package io.github.jujupgsql.sample;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

class NoteNotFoundException extends ErrorResponseException {

	NoteNotFoundException(long id, String servedBy) {
		super(HttpStatus.NOT_FOUND);
		setDetail("There is no note %d.".formatted(id));
		getHeaders().set(NoteController.SERVED_BY, servedBy);
	}

}
