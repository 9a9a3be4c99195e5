package io.github.jujupgsql.pool;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import org.jspecify.annotations.Nullable;

/**
 * A server's name leads to other servers, as often as it has been tried.
 */
final class LeadsElsewhereException extends SQLTransientConnectionException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param server where the server is
	 * @param nowhere why it led to none of them the last time that it did, if it did
	 */
	LeadsElsewhereException(String server, @Nullable SQLException nowhere) {
		super("Its name leads to other servers than " + server, "08001", nowhere);
	}

}
