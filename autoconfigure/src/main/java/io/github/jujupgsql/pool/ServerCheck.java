package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;

/**
 * What a server answered when asked for its role.
 *
 * @param answer the answer
 * @param reason why there was none, for a person; otherwise empty
 */
record ServerCheck(Answer answer, String reason) {

	/** Invalid password, and invalid authorization specification. */
	private static final Set<String> CREDENTIALS_REFUSED = Set.of("28P01", "28000");

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	enum Answer {

		NOT_IN_RECOVERY, IN_RECOVERY, CREDENTIALS_REFUSED, UNREACHABLE

	}

	/**
	 * Ask a server for its role.
	 * @param connection a connection to it
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static ServerCheck ask(Connection connection) throws SQLException {
		int timeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
		try (Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT pg_is_in_recovery()")) {
			result.next();
			return new ServerCheck(result.getBoolean(1) ? Answer.IN_RECOVERY : Answer.NOT_IN_RECOVERY, "");
		}
		finally {
			if (!connection.isClosed()) {
				connection.setNetworkTimeout(Runnable::run, timeout);
			}
		}
	}

	/**
	 * Return how soon to try again after a failure.
	 * @return the patience
	 */
	Patience patience() {
		return (this.answer == Answer.CREDENTIALS_REFUSED) ? Patience.CREDENTIALS : Patience.MASTER;
	}

	static ServerCheck failed(SQLException fault) {
		SQLException root = innermost(fault);
		boolean refused = root.getSQLState() != null && CREDENTIALS_REFUSED.contains(root.getSQLState());
		return new ServerCheck(refused ? Answer.CREDENTIALS_REFUSED : Answer.UNREACHABLE,
				String.valueOf(root.getMessage()));
	}

	/**
	 * HikariCP wraps what the server or the driver said into a timeout of its own.
	 * @param fault what was thrown
	 * @return the first cause that is about the database
	 */
	private static SQLException innermost(SQLException fault) {
		SQLException innermost = fault;
		for (Throwable cause = fault.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException sqlException) {
				innermost = sqlException;
			}
		}
		return innermost;
	}

}
