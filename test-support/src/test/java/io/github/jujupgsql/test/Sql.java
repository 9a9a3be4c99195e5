package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements for tests.
 */
final class Sql {

	/** A server answers it without a login: {@code N} if it does not speak TLS. */
	static final byte[] ASKS_FOR_TLS = { 0, 0, 0, 8, 4, (byte) 210, 22, 47 };

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

	static Connection connect(PgsqlService service, PgsqlCluster cluster) throws SQLException {
		return DriverManager.getConnection(
				"jdbc:postgresql://" + service.address() + "/" + cluster.database() + "?sslmode=disable",
				cluster.user(), cluster.password());
	}

	static int portBehind(Connection connection) throws SQLException {
		return Integer.parseInt(ask(connection, "SELECT inet_server_port()"));
	}

	static int backend(Connection connection) throws SQLException {
		return Integer.parseInt(ask(connection, "SELECT pg_backend_pid()"));
	}

	static boolean hasBackend(PgsqlServer server, int backend) throws SQLException {
		return ask(server, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + backend).equals("1");
	}

	static void endBackend(PgsqlServer server, int backend) throws SQLException {
		ask(server, "SELECT pg_terminate_backend(" + backend + ")");
	}

}
