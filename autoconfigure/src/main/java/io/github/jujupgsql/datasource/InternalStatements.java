package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Runs statements of the library on connections that the application has borrowed. They
 * begin no transaction, and bypass HikariCP, which would take a change of the mode for
 * the application's.
 */
final class InternalStatements {

	private InternalStatements() {
	}

	static void execute(Connection connection, String sql) throws SQLException {
		run(connection, (physical) -> {
			try (Statement statement = physical.createStatement()) {
				return statement.execute(sql);
			}
		});
	}

	static void execute(Connection connection, String sql, String parameter) throws SQLException {
		run(connection, (physical) -> {
			try (PreparedStatement statement = physical.prepareStatement(sql)) {
				statement.setString(1, parameter);
				return statement.execute();
			}
		});
	}

	static long queryForLong(Connection connection, String sql) throws SQLException {
		return query(connection, sql, (result) -> result.getLong(1));
	}

	static String queryForString(Connection connection, String sql) throws SQLException {
		return query(connection, sql, (result) -> result.getString(1));
	}

	private static <T> T query(Connection connection, String sql, Work<ResultSet, T> row) throws SQLException {
		return run(connection, (physical) -> {
			try (Statement statement = physical.createStatement(); ResultSet result = statement.executeQuery(sql)) {
				result.next();
				return row.with(result);
			}
		});
	}

	/**
	 * Do something that does not become part of a transaction, unless there is one.
	 * @param connection the connection
	 * @param task what to do with it
	 * @throws SQLException if it fails
	 */
	static void outsideTransaction(Connection connection, Task task) throws SQLException {
		run(connection, (physical) -> {
			task.run();
			return true;
		});
	}

	private static <T> T run(Connection connection, Work<Connection, T> work) throws SQLException {
		Connection physical = BorrowedConnection.physical(connection);
		boolean begins = !physical.getAutoCommit()
				&& physical.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
		if (begins) {
			physical.setAutoCommit(true);
		}
		try {
			return work.with(physical);
		}
		finally {
			if (begins && !physical.isClosed()) {
				physical.setAutoCommit(false);
			}
		}
	}

	private interface Work<S, T> {

		T with(S subject) throws SQLException;

	}

	/**
	 * Something to do.
	 */
	interface Task {

		void run() throws SQLException;

	}

}
