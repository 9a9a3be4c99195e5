package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.pool.ServerPool.Question;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a server answered when asked for its role.
 *
 * @param answer the answer
 * @param readOnlySession whether transactions of the session asked are read-only unless
 * they say otherwise
 * @param sqlState the SQLSTATE of the failure if there was no answer; otherwise empty
 * @param reason why there was none, on one line; otherwise empty
 * @param session the {@link SessionState} of the session asked, or {@code null} if the
 * server is in recovery, does not tell, or has not been asked for it
 */
record ServerCheck(Answer answer, boolean readOnlySession, String sqlState, String reason, @Nullable String session) {

	private static final String INVALID_PASSWORD = "28P01";

	private static final String INVALID_AUTHORIZATION = "28000";

	/** Where PostgreSQL refuses a role that does not exist or may not log in. */
	private static final String REFUSES_ROLE = "InitializeSessionUserId";

	private static final int LONGEST_REASON = 500;

	private static final String IN_HOT_STANDBY = "in_hot_standby";

	private static final String DEFAULT_TRANSACTION_READ_ONLY = "default_transaction_read_only";

	/** Asks for the role alone. */
	static final String ROLE = """
			SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only')""";

	/** Asks for the state of the session as well. */
	static final String ROLE_AND_SESSION = ROLE + ", " + SessionState.HASH;

	/** The same, but a server in recovery does not work out the state. */
	static final String ROLE_AND_SESSION_OF_PRIMARY = ROLE
			+ ", CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL ELSE " + SessionState.HASH + " END";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	enum Answer {

		NOT_IN_RECOVERY, IN_RECOVERY,

		/** The server does not know this user or this password. */
		CREDENTIALS_REFUSED,

		/** The server is alive and lets nobody in now, for another reason. */
		REFUSED,

		/** It lets in, and refuses what every connection is set up with. */
		SET_UP_REFUSED,

		UNREACHABLE,

		/** Nobody has asked: that failed on this side. */
		NOT_ASKED

	}

	private ServerCheck(Answer answer, String sqlState, String reason) {
		this(answer, false, sqlState, reason, null);
	}

	/**
	 * Ask a server for its role. Leaves no transaction open.
	 * @param connection a connection to it
	 * @param patience how long it may take
	 * @param query what to ask; if the server does not tell the state of a session,
	 * because a function has been revoked, it is asked for the role alone
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static ServerCheck ask(Connection connection, Duration patience, String query) throws SQLException {
		return ask(connection, patience, (asked) -> {
			try {
				return ask(asked, query);
			}
			catch (SQLException ex) {
				if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState()) && !query.equals(ROLE)) {
					rollBack(asked);
					return ask(asked, ROLE);
				}
				throw ex;
			}
		});
	}

	/**
	 * Ask a server something. Leaves no transaction open.
	 * @param connection a connection to it
	 * @param patience how long it may take
	 * @param question the question
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static <T> T ask(Connection connection, Duration patience, Question<T> question) throws SQLException {
		int timeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
		try {
			return question.on(connection);
		}
		finally {
			if (!connection.isClosed()) {
				rollBack(connection);
				connection.setNetworkTimeout(Runnable::run, timeout);
			}
		}
	}

	private static void rollBack(Connection connection) throws SQLException {
		if (!connection.getAutoCommit()) {
			connection.rollback();
		}
	}

	private static ServerCheck ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			result.next();
			Answer answer = result.getBoolean(1) ? Answer.IN_RECOVERY : Answer.NOT_IN_RECOVERY;
			String session = query.equals(ROLE) ? null : result.getString(3);
			return new ServerCheck(answer, result.getString(2).equals("on"), "", "", session);
		}
	}

	/**
	 * Return whether a connection that has just been opened has told its server's role by
	 * itself, as PostgreSQL 14 and later do. It does so once: after a promotion, it goes
	 * on to say that the server is in recovery until the next statement.
	 * @param connection the connection
	 * @param role the role
	 * @return whether the server said that it has this role
	 */
	static boolean hasTold(PGConnection connection, ServerRole role) {
		String inHotStandby = connection.getParameterStatus(IN_HOT_STANDBY);
		return (role == ServerRole.REPLICA) ? "on".equals(inHotStandby) : "off".equals(inHotStandby);
	}

	/**
	 * Return what a primary has told the driver together with its last answer, as
	 * PostgreSQL 14 and later do by themselves.
	 * @param connection the connection
	 * @return what it is, or {@code null} if it has to be asked: it has told nothing, or
	 * is in recovery for all that the driver knows
	 */
	static @Nullable ServerCheck told(PGConnection connection) {
		String readOnly = connection.getParameterStatus(DEFAULT_TRANSACTION_READ_ONLY);
		return (readOnly != null && hasTold(connection, ServerRole.PRIMARY))
				? new ServerCheck(Answer.NOT_IN_RECOVERY, readOnly.equals("on"), "", "", null) : null;
	}

	/**
	 * Return whether a connection's session is read-only, as far as the server has told
	 * the driver.
	 * @param connection the connection
	 * @return whether transactions are read-only unless they say otherwise
	 */
	static boolean hasToldReadOnly(PGConnection connection) {
		return "on".equals(connection.getParameterStatus(DEFAULT_TRANSACTION_READ_ONLY));
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
	 * Return whether another answer means the same, whatever its words.
	 * @param other another answer
	 * @return whether the answer and the SQLSTATE are the same
	 */
	boolean isOfSameKind(ServerCheck other) {
		return this.answer == other.answer && this.sqlState.equals(other.sqlState);
	}

	/**
	 * Return how soon to try again after a failure.
	 * @return the patience
	 */
	RetryBackoff patience() {
		return (this.answer == Answer.CREDENTIALS_REFUSED) ? RetryBackoff.CREDENTIALS : RetryBackoff.MASTER;
	}

	/**
	 * Return what it means that a server could not be asked.
	 * @param fault what was thrown
	 * @return an answer that says why
	 */
	static ServerCheck failed(Throwable fault) {
		if (!(fault instanceof SQLException sqlFault)) {
			return new ServerCheck(Answer.NOT_ASKED, fault.getClass().getName(), oneLine(fault.toString()));
		}
		SQLException root = innermost(sqlFault);
		String state = String.valueOf(root.getSQLState());
		return new ServerCheck(answer(root, state), state, oneLine(root.getMessage() + detail(root)));
	}

	/**
	 * Where the network or TLS fails, the driver says at which step and keeps why to
	 * itself.
	 */
	private static String detail(SQLException fault) {
		Throwable cause = fault.getCause();
		return (cause == null || "Connection refused".equals(cause.getMessage())) ? ""
				: " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")";
	}

	private static Answer answer(SQLException fault, String state) {
		ServerErrorMessage said = (fault instanceof PSQLException ex) ? ex.getServerErrorMessage() : null;
		if (state.equals(INVALID_PASSWORD) || (state.equals(INVALID_AUTHORIZATION) && isAboutRole(fault, said))) {
			return Answer.CREDENTIALS_REFUSED;
		}
		return (said != null && !FaultWatch.SERVER_WENT.contains(state)) ? Answer.REFUSED : Answer.UNREACHABLE;
	}

	/**
	 * PostgreSQL uses the same SQLSTATE where {@code pg_hba.conf} has no entry, which
	 * comes and goes with addresses. Its routine's name is the same in all languages;
	 * poolers tell none.
	 */
	private static boolean isAboutRole(SQLException fault, @Nullable ServerErrorMessage said) {
		String routine = (said != null) ? said.getRoutine() : null;
		if (routine != null) {
			return routine.equals(REFUSES_ROLE);
		}
		String message = String.valueOf(fault.getMessage());
		return !message.contains("pg_hba.conf") && (message.contains("role") || message.contains("password"));
	}

	/**
	 * Servers and drivers choose their words, also over several lines: one line of a log
	 * must not look like two.
	 */
	static String oneLine(String text) {
		String line = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
		return (line.length() <= LONGEST_REASON) ? line : line.substring(0, LONGEST_REASON) + "…";
	}

	static ServerCheck setUpRefused(String reason) {
		return new ServerCheck(Answer.SET_UP_REFUSED, "", reason);
	}

	static ServerCheck unanswered(Duration waited) {
		return new ServerCheck(Answer.UNREACHABLE, "", "no answer within " + waited.toMillis() + " ms");
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
