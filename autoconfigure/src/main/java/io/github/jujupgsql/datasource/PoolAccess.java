package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.WrongRoleException;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections from a pool to a borrower: gets one, verifies that its server is in
 * the role, lends it. The only class that knows how a pool does the first two.
 *
 * @param view who plays the role
 */
record PoolAccess(RoleView view) {

	/**
	 * Get a connection that is there, or as good as. It has yet to be
	 * {@link #isVerified(ServerPool, Connection) verified}.
	 * @param pool the pool
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @return the connection, or {@code null} if none is to be had in time, or here
	 * @throws SQLException if the thread is interrupted
	 */
	@Nullable Connection tryGet(ServerPool pool, long timeoutMillis) throws SQLException {
		try {
			return pool.getConnection(timeoutMillis);
		}
		catch (SQLTransientConnectionException ex) {
			return null;
		}
		catch (SQLException ex) {
			if (this.view.isPlayedBy(pool)) {
				throw ex;
			}
			return null;
		}
	}

	/**
	 * Return whether a connection is known to be in the role without a question to its
	 * server.
	 * @param pool the pool
	 * @param connection a connection of it
	 * @return whether it is verified
	 * @throws SQLException if the connection is of no use
	 */
	boolean isVerified(ServerPool pool, Connection connection) throws SQLException {
		return pool.trusts(connection);
	}

	/**
	 * Wait for a connection, verify and lend it.
	 * @param pool the pool, which may be left meanwhile
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @param deadline until when its server may take to answer
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if none is to be had in time, or here
	 * @throws WrongRoleException if its server is not in the role
	 * @throws SQLException if the thread is interrupted
	 */
	@Nullable Connection await(ServerPool pool, long timeoutMillis, Deadline deadline) throws SQLException {
		return verifyAndLend(pool, pool.awaitConnection(timeoutMillis), deadline);
	}

	/**
	 * Verify a connection, by a question to its server if need be, and lend it.
	 * @param pool the pool
	 * @param connection a connection of it
	 * @param deadline until when its server may take to answer
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if it fails; it has been got rid of
	 * @throws WrongRoleException if its server is not in the role
	 * @throws SQLException if the connection is of no use
	 */
	@Nullable Connection verifyAndLend(ServerPool pool, Connection connection, Deadline deadline) throws SQLException {
		RoleTable table = this.view.table();
		if (!this.view.role().isPlayedBy(pool, table)) {
			// the pool would verify it for another role
			connection.close();
			return null;
		}
		boolean verified = isVerified(pool, connection) || pool.ask(connection, Math.max(1, deadline.leftMillis()));
		return verified ? lend(pool, connection, table) : null;
	}

	/**
	 * Lend a connection, unless its pool has lost its role meanwhile.
	 * @param pool the pool
	 * @param connection a connection of it that has been verified
	 * @param picked the roles when the pool was picked
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if it fails; it has been got rid of
	 */
	@Nullable Connection lend(ServerPool pool, Connection connection, RoleTable picked) throws SQLException {
		RoleTable table = this.view.table();
		if (table != picked && !this.view.role().isPlayedBy(pool, table)) {
			connection.close();
			return null;
		}
		try {
			return this.view.role().prepare(connection, pool, table);
		}
		catch (SQLException ex) {
			pool.evict(connection);
			throw new SQLTransientConnectionException(
					pool.getServer() + ": a connection cannot be lent: " + ex.getMessage(), ex.getSQLState(), ex);
		}
	}

}
