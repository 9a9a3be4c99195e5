package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements of ours on connections that the application has borrowed. They are not part
 * of its transactions, and pass by HikariCP, which would take a change of the mode for
 * the application's.
 */
final class OwnStatements {

	private OwnStatements() {
	}

	static void execute(Connection connection, String sql) throws SQLException {
		run(connection, (statement) -> statement.execute(sql));
	}

	static long queryForLong(Connection connection, String sql) throws SQLException {
		return run(connection, (statement) -> {
			try (ResultSet result = statement.executeQuery(sql)) {
				result.next();
				return result.getLong(1);
			}
		});
	}

	private static <T> T run(Connection connection, Work<T> work) throws SQLException {
		Connection physical = connection.unwrap(Connection.class);
		boolean autoCommit = physical.getAutoCommit();
		if (!autoCommit) {
			physical.setAutoCommit(true);
		}
		try (Statement statement = physical.createStatement()) {
			return work.with(statement);
		}
		finally {
			if (!autoCommit && !physical.isClosed()) {
				physical.setAutoCommit(false);
			}
		}
	}

	private interface Work<T> {

		T with(Statement statement) throws SQLException;

	}

}
