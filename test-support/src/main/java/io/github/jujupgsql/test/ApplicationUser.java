package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The application's user of a cluster. Safe for use by several threads, of which one at a
 * time changes it.
 */
final class ApplicationUser {

	private volatile Login login;

	ApplicationUser(String name, String password) {
		this.login = new Login(name, password);
	}

	String name() {
		return this.login.name();
	}

	String password() {
		return this.login.password();
	}

	/**
	 * Create the user with a database of its own.
	 * @param connection a superuser's
	 * @param database the database's name
	 */
	void createWithDatabase(Connection connection, String database) throws SQLException {
		createRole(connection, name(), "", password());
		try (Statement statement = connection.createStatement()) {
			statement.execute("CREATE DATABASE " + statement.enquoteIdentifier(database, true) + " OWNER "
					+ statement.enquoteIdentifier(name(), true));
		}
	}

	void changePassword(PgsqlServer master, String password) throws SQLException {
		try (Connection connection = master.connections().admin()) {
			Passwords.set(connection, name(), password);
		}
		this.login = new Login(name(), password);
	}

	/**
	 * Put another user in this one's place, who may do the same.
	 * @param master where
	 * @param name the new user's name
	 */
	void replace(PgsqlServer master, String name) throws SQLException {
		String password = Passwords.random();
		try (Connection connection = master.connections().admin(); Statement statement = connection.createStatement()) {
			createRole(connection, name, "", password);
			String former = statement.enquoteIdentifier(name(), true);
			statement.execute("GRANT " + former + " TO " + statement.enquoteIdentifier(name, true));
			statement.execute("ALTER ROLE " + former + " NOLOGIN");
		}
		this.login = new Login(name, password);
	}

	static void createRole(Connection connection, String name, String options, String password) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("CREATE ROLE " + statement.enquoteIdentifier(name, true) + " LOGIN " + options);
		}
		Passwords.set(connection, name, password);
	}

	/**
	 * How the user logs in.
	 *
	 * @param name the name
	 * @param password the password
	 */
	private record Login(String name, String password) {

	}

}
