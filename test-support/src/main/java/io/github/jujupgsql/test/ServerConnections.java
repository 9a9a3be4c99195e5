package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import org.postgresql.ds.PGSimpleDataSource;

/**
 * Opens connections to a server.
 *
 * @param home what the servers share
 * @param port the server's port
 */
record ServerConnections(ClusterHome home, Port port) {

	private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(10);

	/**
	 * Connect as the application's user to its database.
	 * @return a new connection
	 */
	Connection application() throws SQLException {
		return connect(this.home.database(), this.home.user().name(), this.home.user().password());
	}

	/**
	 * Connect as superuser to the application's database.
	 * @return a new connection
	 */
	Connection superuser() throws SQLException {
		return connect(this.home.database(), Postgres.SUPERUSER, this.home.superuserPassword());
	}

	/**
	 * Connect as superuser, also while the application's database does not exist.
	 * @return a new connection
	 */
	Connection admin() throws SQLException {
		return connect("postgres", Postgres.SUPERUSER, this.home.superuserPassword());
	}

	private Connection connect(String database, String user, String password) throws SQLException {
		// not by the driver manager, which looks at the caller's class loader
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setServerNames(new String[] { PgsqlServer.HOST });
		dataSource.setPortNumbers(new int[] { this.port.number() });
		dataSource.setDatabaseName(database);
		dataSource.setUser(user);
		dataSource.setPassword(password);
		dataSource.setLoginTimeout((int) LOGIN_TIMEOUT.toSeconds());
		return dataSource.getConnection();
	}

	/**
	 * Ask for one value, as superuser.
	 * @param sql the query
	 * @return the value as text
	 */
	String ask(String sql) throws SQLException {
		try (Connection connection = admin();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(sql)) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	/**
	 * Execute a statement, as superuser.
	 * @param sql the statement
	 */
	void execute(String sql) throws SQLException {
		try (Connection connection = admin(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
