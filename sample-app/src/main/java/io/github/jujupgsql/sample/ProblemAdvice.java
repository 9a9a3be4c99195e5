package io.github.jujupgsql.sample;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.dao.UnknownOutcomeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers every fault with a problem (RFC 9457) in plain sentences. What the database
 * said goes to the log alone.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

	@ExceptionHandler
	ResponseEntity<ProblemDetail> outcomeUnknown(UnknownOutcomeException ex, WebRequest request) {
		if (hasKey(request)) {
			return unavailable(ex, request);
		}
		log.warn("Commit without an answer: {}", ex.getMessage());
		return problem(HttpStatus.INTERNAL_SERVER_ERROR,
				"The connection to the database was lost while the note was "
						+ "being committed. It may or may not be stored: look before you send it again, or send an "
						+ IdempotencyKey.HEADER + " with the next one.");
	}

	@ExceptionHandler({ DataAccessException.class, TransactionException.class })
	ResponseEntity<ProblemDetail> databaseFailed(NestedRuntimeException ex, WebRequest request) {
		if (ex instanceof TransientDataAccessException) {
			return unavailable(ex, request);
		}
		log.error("Database access failed", ex);
		return problem(HttpStatus.INTERNAL_SERVER_ERROR, "The database could not carry out the request.");
	}

	@ExceptionHandler
	ResponseEntity<ProblemDetail> noConnection(CannotCreateTransactionException ex, WebRequest request) {
		return unavailable((ex.getCause() != null) ? ex.getCause() : ex, request);
	}

	/**
	 * With a key, the last of several attempts is no reason to say that nothing was
	 * changed: an earlier one may have been committed.
	 */
	private static ResponseEntity<ProblemDetail> unavailable(Throwable reason, WebRequest request) {
		log.warn("Database not available: {}", reason.getMessage());
		return problem(HttpStatus.SERVICE_UNAVAILABLE,
				"The database is not available at the moment. "
						+ (hasKey(request) ? "Please try again with the same %s: the note will be stored once."
							.formatted(IdempotencyKey.HEADER) : "Nothing was changed, please try again."));
	}

	private static boolean hasKey(WebRequest request) {
		return request.getHeader(IdempotencyKey.HEADER) != null;
	}

	@ExceptionHandler
	ResponseEntity<ProblemDetail> unexpected(RuntimeException ex) {
		log.error("A request failed", ex);
		return problem(HttpStatus.INTERNAL_SERVER_ERROR, "The request could not be carried out.");
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException ex,
			HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		ex.getBody()
			.setDetail(sentence(
					ex.getFieldErrors().stream().map((error) -> error.getField() + " " + error.getDefaultMessage())));
		return super.handleMethodArgumentNotValid(ex, headers, status, request);
	}

	@Override
	protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
			HandlerMethodValidationException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
		ex.getBody()
			.setDetail(sentence(ex.getParameterValidationResults()
				.stream()
				.flatMap((result) -> messages(result.getMethodParameter().getParameterName(),
						result.getResolvableErrors()))));
		return super.handleHandlerMethodValidationException(ex, headers, status, request);
	}

	private static Stream<String> messages(@Nullable String parameter, List<MessageSourceResolvable> errors) {
		return errors.stream().map((error) -> parameter + " " + error.getDefaultMessage());
	}

	private static String sentence(Stream<String> faults) {
		return faults.sorted().collect(Collectors.joining(", ", "", "."));
	}

	private static ResponseEntity<ProblemDetail> problem(HttpStatus status, String detail) {
		ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			response.header(HttpHeaders.RETRY_AFTER, "1");
		}
		return response.body(ProblemDetail.forStatusAndDetail(status, detail));
	}

}
