package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Pattern;

import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.role.ServerIdentity;
import io.github.jujupgsql.role.ServerInstance;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;

/**
 * What a server answered when asked for its role, and what it told of the session.
 *
 * @param answer the answer
 * @param readOnlySession whether transactions of the session asked are read-only unless
 * they say otherwise
 * @param session the {@link SessionState} of the session asked, or {@code null} if the
 * server is in recovery, does not tell, or has not been asked for it
 */
record RoleCheck(ProbeAnswer answer, boolean readOnlySession, @Nullable String session) {

	private static final String IN_HOT_STANDBY = "in_hot_standby";

	private static final String DEFAULT_TRANSACTION_READ_ONLY = "default_transaction_read_only";

	/** The timeline, then the position, both hexadecimal. */
	private static final Pattern WAL_FILE = Pattern.compile("[0-9A-F]{24}");

	private static final int TIMELINE_DIGITS = 8;

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	/**
	 * Create a check of which no session tells anything.
	 * @param answer the answer
	 */
	RoleCheck(ProbeAnswer answer) {
		this(answer, false, null);
	}

	/**
	 * Ask a server for its role. Leaves no transaction open.
	 * @param connection a connection to it
	 * @param timeout how long it may take
	 * @param query what to ask; if the server does not tell that, because a function has
	 * been revoked, it is asked for the role alone
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static RoleCheck ask(Connection connection, Duration timeout, RoleQuery query) throws SQLException {
		return ask(connection, timeout, (asked) -> {
			try {
				return ask(asked, query);
			}
			catch (SQLException ex) {
				if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState()) && query != RoleQuery.ROLE) {
					rollBack(asked);
					return ask(asked, RoleQuery.ROLE);
				}
				throw ex;
			}
		});
	}

	/**
	 * Ask a server something. Leaves no transaction open.
	 * @param connection a connection to it
	 * @param timeout how long it may take
	 * @param question the question
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	static <T> T ask(Connection connection, Duration timeout, Question<T> question) throws SQLException {
		int networkTimeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
		try {
			return question.on(connection);
		}
		finally {
			if (!connection.isClosed()) {
				rollBack(connection);
				connection.setNetworkTimeout(Runnable::run, networkTimeout);
			}
		}
	}

	private static void rollBack(Connection connection) throws SQLException {
		if (!connection.getAutoCommit()) {
			connection.rollback();
		}
	}

	private static RoleCheck ask(Connection connection, RoleQuery query) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(query.sql())) {
			result.next();
			Kind answer = result.getBoolean(1) ? Kind.IN_RECOVERY : Kind.NOT_IN_RECOVERY;
			ServerIdentity identity = query.asksForIdentity() ? identity(result) : null;
			int column = query.sessionColumn();
			String session = (column > 0) ? result.getString(column) : null;
			return new RoleCheck(new ProbeAnswer(answer, "", "", identity), result.getString(2).equals("on"), session);
		}
	}

	/**
	 * Return who has answered, unless that is a server, or a pooler, that makes things
	 * up.
	 */
	private static @Nullable ServerIdentity identity(ResultSet result) throws SQLException {
		int column = RoleQuery.FIRST;
		String cluster = result.getString(column++);
		String startedAt = result.getString(column++);
		String host = result.getString(column++);
		String port = result.getString(column++);
		String walFile = result.getString(column++);
		if (cluster == null || startedAt == null || (walFile != null && !WAL_FILE.matcher(walFile).matches())) {
			return null;
		}
		long timeline = (walFile != null) ? Long.parseLong(walFile.substring(0, TIMELINE_DIGITS), 16) : 0;
		return new ServerIdentity(new ServerInstance(cluster, startedAt), (host != null) ? host + ":" + port : null,
				timeline, result.getInt(column++), position(result.getString(column)));
	}

	/**
	 * Return a position in the log, which is two hexadecimal numbers with a slash between
	 * them.
	 */
	private static long position(@Nullable String lsn) {
		return (lsn != null) ? LogSequenceNumber.valueOf(lsn).asLong() : 0;
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
	static @Nullable RoleCheck told(PGConnection connection) {
		String readOnly = connection.getParameterStatus(DEFAULT_TRANSACTION_READ_ONLY);
		return (readOnly != null && hasTold(connection, ServerRole.PRIMARY))
				? new RoleCheck(ProbeAnswer.of(Kind.NOT_IN_RECOVERY), readOnly.equals("on"), null) : null;
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
	 * @return what it is, to be read by people
	 */
	String describe() {
		return is(ServerRole.REPLICA) ? "in recovery" : "not in recovery";
	}

	boolean is(ServerRole role) {
		return kind() == ((role == ServerRole.REPLICA) ? Kind.IN_RECOVERY : Kind.NOT_IN_RECOVERY);
	}

	Kind kind() {
		return this.answer.kind();
	}

	/**
	 * Return why there was no answer.
	 * @return the reason, on one line; otherwise empty
	 */
	String reason() {
		return this.answer.reason();
	}

	/**
	 * Return how soon to try again after a failure.
	 * @return the back-off
	 */
	RetryBackoff backoff() {
		return (kind() == Kind.CREDENTIALS_REFUSED) ? RetryBackoff.CREDENTIALS : RetryBackoff.MASTER;
	}

	/**
	 * Return what it means that a server could not be asked.
	 * @param fault what was thrown
	 * @return an answer that says why
	 */
	static RoleCheck failed(Throwable fault) {
		return new RoleCheck(ConnectFailure.of(fault));
	}

	static RoleCheck setUpRefused(String reason) {
		return new RoleCheck(new ProbeAnswer(Kind.SET_UP_REFUSED, "", reason));
	}

}
