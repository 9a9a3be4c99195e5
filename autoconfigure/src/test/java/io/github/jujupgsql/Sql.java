package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import io.github.jujupgsql.test.PgsqlServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tests ask servers, and tell them.
 */
public final class Sql {

	private Sql() {
	}

	/**
	 * Ask for one value.
	 * @return the value as text
	 */
	public static String ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return String.valueOf(result.getString(1));
		}
	}

	public static String ask(DataSource dataSource, String query) {
		try (Connection connection = dataSource.getConnection()) {
			return ask(connection, query);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Ask for one value as superuser.
	 * @return the value as text
	 */
	public static String ask(PgsqlServer server, String query) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			return ask(connection, query);
		}
	}

	public static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	public static void execute(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, sql);
		}
	}

	/**
	 * Execute statements as superuser.
	 */
	public static void execute(PgsqlServer server, String... statements) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			for (String sql : statements) {
				execute(connection, sql);
			}
		}
	}

	/**
	 * Ask which server a DataSource leads to.
	 * @return its address
	 */
	public static String serverOf(DataSource dataSource) {
		return ask(dataSource, "SELECT host(inet_server_addr()) || ':' || inet_server_port()");
	}

	public static List<String> addresses(List<PgsqlServer> servers) {
		return servers.stream().map(PgsqlServer::address).toList();
	}

	static Set<String> backends(DataSource replicas, PgsqlServer server) {
		Set<String> backends = new HashSet<>();
		for (int i = 0; i < 4; i++) {
			try (Connection connection = borrowFrom(replicas, server)) {
				backends.add(ask(connection, "SELECT pg_backend_pid()"));
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return backends;
	}

	static Connection borrowFrom(DataSource replicas, PgsqlServer server) throws SQLException {
		// which one it is is left to chance
		for (int i = 0; i < 100; i++) {
			Connection connection = replicas.getConnection();
			if (ask(connection, "SELECT inet_server_port()").equals(String.valueOf(server.port()))) {
				return connection;
			}
			connection.close();
		}
		throw new AssertionError("Never got a connection to " + server);
	}

	/**
	 * Count the sessions of an application under test.
	 */
	static int sessions(PgsqlServer server) throws SQLException {
		return Integer
			.parseInt(ask(server, "SELECT count(*) FROM pg_stat_activity WHERE starts_with(application_name, '"
					+ FollowingApplication.NAME + "')"));
	}

}
