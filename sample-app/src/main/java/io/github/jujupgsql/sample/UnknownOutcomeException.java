package io.github.jujupgsql.sample;

/**
 * A commit was under way when the connection failed: the server may or may not have
 * carried it out, so it must not simply be repeated.
 */
class UnknownOutcomeException extends RuntimeException {

	UnknownOutcomeException(RuntimeException cause) {
		super(cause);
	}

}
