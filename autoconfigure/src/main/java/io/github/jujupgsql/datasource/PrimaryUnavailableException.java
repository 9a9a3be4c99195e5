package io.github.jujupgsql.datasource;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/**
 * There was no primary to borrow a connection from, from the beginning to the end of the
 * connection timeout, or there is none to be expected. The message says what was missing.
 *
 * @since 0.1.0
 */
public class PrimaryUnavailableException extends SQLTransientConnectionException {

	private static final long serialVersionUID = 1L;

	/** Of the class "connection exception": unable to establish one. */
	private static final String SQL_STATE = "08001";

	/**
	 * Tell without having waited, as that would have been of no use.
	 * @param reason why not
	 */
	PrimaryUnavailableException(String reason) {
		super("No primary: " + reason, SQL_STATE);
	}

	PrimaryUnavailableException(Duration waited, String reason) {
		super("No primary within " + waited.toMillis() + " ms: " + reason, SQL_STATE);
	}

}
