package io.github.jujupgsql.pool;

import java.io.Serial;
import java.sql.SQLTransientConnectionException;

/**
 * A server's name leads to other servers, as often as it has been tried.
 */
final class LeadsElsewhereException extends SQLTransientConnectionException {

	@Serial
	private static final long serialVersionUID = 1L;

	LeadsElsewhereException(String server) {
		super("Its name leads to other servers than " + server, "08001");
	}

}
