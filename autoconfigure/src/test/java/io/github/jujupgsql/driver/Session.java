package io.github.jujupgsql.driver;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;

/**
 * A connection to which a connection string has led, by way of the driver's properties.
 *
 * @param connection the connection
 */
record Session(Connection connection) implements AutoCloseable {

	/** Shown to the server where the connection string names nothing. */
	static final String APPLICATION_NAME = "tests";

	static Session open(String connectionString) throws SQLException {
		return open(ConnectionString.parse(connectionString));
	}

	static Session open(ConnectionString string) throws SQLException {
		return new Session(DriverManager.getConnection(DriverProperties.URL,
				DriverProperties.of(string, APPLICATION_NAME).toProperties()));
	}

	/**
	 * Connect, ask for one value and disconnect.
	 */
	static String ask(String connectionString, String query) throws SQLException {
		try (Session session = open(connectionString)) {
			return session.ask(query);
		}
	}

	String ask(String query) throws SQLException {
		try (Statement statement = this.connection.createStatement();
				ResultSet result = statement.executeQuery(query)) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	boolean isEncrypted() throws SQLException {
		return ask("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").equals("t");
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

}
