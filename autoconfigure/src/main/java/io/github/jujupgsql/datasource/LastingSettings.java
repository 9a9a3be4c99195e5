package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * The values that a borrowed connection had before the application made settings that
 * HikariCP leaves to the next borrower, which would be in another one's schema. They are
 * restored when the connection is given back before the application has done so. HikariCP
 * resets all other settings. One for each connection borrowed.
 */
final class LastingSettings {

	private static final String SEARCH_PATH = "SELECT pg_catalog.current_setting('search_path')";

	/**
	 * The driver forgets plans made for another path when it sees a SET.
	 */
	private static final String RESTORE_SEARCH_PATH = "SET search_path TO ''; SELECT pg_catalog.set_config('search_path', ?, false)";

	/** All schemas that were set; JDBC knows only one. */
	private @Nullable String searchPath;

	private @Nullable Integer holdability;

	/**
	 * Set the schema, for good: in a transaction, it would be rolled back with it.
	 * @param connection the connection borrowed, on which no transaction is open
	 * @param schema the schema, or {@code null} for the default
	 * @throws SQLException if the connection fails
	 */
	void setSchema(Connection connection, @Nullable String schema) throws SQLException {
		beforeSchema(connection);
		InternalStatements.outsideTransaction(connection, () -> connection.setSchema(schema));
	}

	void setHoldability(Connection connection, int wanted) throws SQLException {
		beforeHoldability(connection);
		connection.setHoldability(wanted);
	}

	/**
	 * Called before the application sets the schema.
	 */
	void beforeSchema(Connection connection) throws SQLException {
		if (this.searchPath == null) {
			this.searchPath = InternalStatements.queryForString(connection, SEARCH_PATH);
		}
	}

	/**
	 * Called before the application sets the holdability.
	 */
	void beforeHoldability(Connection connection) throws SQLException {
		if (this.holdability == null) {
			this.holdability = connection.getHoldability();
		}
	}

	/**
	 * Restore the values that were set before.
	 * @param connection the connection borrowed, on which no transaction is open
	 * @throws SQLException if it cannot be given back
	 */
	void restore(Connection connection) throws SQLException {
		if (this.holdability != null) {
			connection.setHoldability(this.holdability);
		}
		if (this.searchPath != null) {
			InternalStatements.execute(connection, RESTORE_SEARCH_PATH, this.searchPath);
		}
	}

}
