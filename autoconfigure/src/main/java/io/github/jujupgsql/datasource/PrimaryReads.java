package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;

/**
 * Lends connections of the primary that only read, to whom no replica will do.
 */
final class PrimaryReads extends AbstractPrimaryDataSource {

	PrimaryReads(Roles roles, Duration connectionTimeout) {
		super(roles, connectionTimeout);
	}

	@Override
	Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		return lend(connection, pool);
	}

	/**
	 * Make a connection of the primary one that only reads.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @return the connection to lend
	 * @throws SQLException if the connection fails
	 */
	static Connection lend(Connection connection, ServerPool pool) throws SQLException {
		// for the sake of those who ask the driver
		connection.setReadOnly(true);
		return ReadOnlySessionConnection.begin(connection, pool);
	}

}
