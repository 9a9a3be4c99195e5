package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements for tests.
 */
final class Sql {

	private Sql() {
	}

	static void execute(PgsqlServer server, String... sql) throws SQLException {
		try (Connection connection = server.connection()) {
			execute(connection, sql);
		}
	}

	static void execute(Connection connection, String... sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String one : sql) {
				statement.execute(one);
			}
		}
	}

	static String ask(PgsqlServer server, String sql) throws SQLException {
		try (Connection connection = server.connection()) {
			return ask(connection, sql);
		}
	}

	static String ask(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
			result.next();
			return result.getString(1);
		}
	}

}
