package io.github.jujupgsql.datasource;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/**
 * There was no replica to borrow a connection from, from the beginning to the end of the
 * connection timeout, and reads are not to fall back to the primary. The message says
 * what was missing.
 *
 * @since 0.1.0
 */
public class ReplicaUnavailableException extends SQLTransientConnectionException {

	private static final long serialVersionUID = 1L;

	/** Of the class "connection exception": unable to establish one. */
	private static final String SQL_STATE = "08001";

	ReplicaUnavailableException(Duration waited, String reason) {
		super("No replica within " + waited.toMillis() + " ms: " + reason + " (juju.pgsql.replica.fallback-to-primary"
				+ " is off)", SQL_STATE);
	}

}
