package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;

import org.postgresql.PGConnection;

/**
 * What a server answered when asked for its role.
 *
 * @param answer the answer
 * @param readOnlySession whether transactions of the session asked are read-only unless
 * they say otherwise
 * @param reason why there was none, for a person; otherwise empty
 */
record ServerCheck(Answer answer, boolean readOnlySession, String reason) {

	/** Invalid password, and invalid authorization specification. */
	private static final Set<String> CREDENTIALS_REFUSED = Set.of("28P01", "28000");

	private static final String TOO_MANY_CONNECTIONS = "53300";

	private static final String QUERY = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')";

	enum Answer {

		NOT_IN_RECOVERY, IN_RECOVERY, CREDENTIALS_REFUSED, TOO_MANY_CONNECTIONS, UNREACHABLE

	}

	/**
	 * Ask a server for its role. Leaves no transaction open.
	 * @param connection a connection to it
	 * @param patience how long it may take
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static ServerCheck ask(Connection connection, Duration patience) throws SQLException {
		int timeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(QUERY)) {
			result.next();
			Answer answer = result.getBoolean(1) ? Answer.IN_RECOVERY : Answer.NOT_IN_RECOVERY;
			ServerCheck check = new ServerCheck(answer, result.getString(2).equals("on"), "");
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			return check;
		}
		finally {
			if (!connection.isClosed()) {
				connection.setNetworkTimeout(Runnable::run, timeout);
			}
		}
	}

	/**
	 * Return whether a connection that has just been opened has told its server's role by
	 * itself, as PostgreSQL 14 and later do. It does so once: after a promotion, it goes
	 * on to say that the server is in recovery until the next statement.
	 * @param connection the connection
	 * @param role the role
	 * @return whether the server said that it has this role
	 * @throws SQLException if the connection is of another driver
	 */
	static boolean hasTold(Connection connection, ServerRole role) throws SQLException {
		String inHotStandby = connection.unwrap(PGConnection.class).getParameterStatus("in_hot_standby");
		return (role == ServerRole.REPLICA) ? "on".equals(inHotStandby) : "off".equals(inHotStandby);
	}

	/**
	 * Say what the server is.
	 * @return what it is, for a person
	 */
	String describe() {
		return (this.answer == Answer.IN_RECOVERY) ? "in recovery" : "not in recovery";
	}

	boolean is(ServerRole role) {
		return this.answer == ((role == ServerRole.REPLICA) ? Answer.IN_RECOVERY : Answer.NOT_IN_RECOVERY);
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
		String state = String.valueOf(root.getSQLState());
		Answer answer = Answer.UNREACHABLE;
		if (CREDENTIALS_REFUSED.contains(state)) {
			answer = Answer.CREDENTIALS_REFUSED;
		}
		else if (TOO_MANY_CONNECTIONS.equals(state)) {
			answer = Answer.TOO_MANY_CONNECTIONS;
		}
		return new ServerCheck(answer, false, String.valueOf(root.getMessage()));
	}

	static ServerCheck unanswered(Duration waited) {
		return new ServerCheck(Answer.UNREACHABLE, false, "no answer within " + waited.toMillis() + " ms");
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
