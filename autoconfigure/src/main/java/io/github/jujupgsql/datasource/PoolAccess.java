package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import io.github.jujupgsql.pool.BorrowTerms;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.UnverifiedConnection;
import io.github.jujupgsql.pool.WrongRoleException;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections from a pool to a borrower: borrows one, which verifies that its
 * server is in the role, and lends it.
 *
 * @param view who plays the role
 */
record PoolAccess(RoleView view) {

	/**
	 * Get a connection that is there, or as good as.
	 * @param pool the pool
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @return a {@link Connection} that is verified, an {@link UnverifiedConnection}, or
	 * {@code null} if none is to be had in time, or here
	 * @throws SQLException if the thread is interrupted
	 */
	@Nullable AutoCloseable tryBorrow(ServerPool pool, long timeoutMillis) throws SQLException {
		try {
			return pool.borrow(timeoutMillis);
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
	 * Wait for a connection, verify and lend it.
	 * @param pool the pool, which may be left meanwhile
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @param terms what the borrower wants
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if none is to be had in time, or here
	 * @throws WrongRoleException if its server is not in the role
	 * @throws SQLException if the thread is interrupted
	 */
	@Nullable Connection await(ServerPool pool, long timeoutMillis, BorrowTerms terms) throws SQLException {
		Connection connection = pool.borrow(timeoutMillis, terms);
		return (connection != null) ? lend(pool, connection, null) : null;
	}

	/**
	 * Verify a connection, by a question to its server if need be, and lend it.
	 * @param pool the pool
	 * @param unverified a connection of it
	 * @param terms what the borrower wants
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if it fails; it has been got rid of
	 * @throws WrongRoleException if its server is not in the role
	 * @throws SQLException if the connection is of no use
	 */
	@Nullable Connection verifyAndLend(ServerPool pool, UnverifiedConnection unverified, BorrowTerms terms) throws SQLException {
		Connection connection = unverified.verify(terms);
		return (connection != null) ? lend(pool, connection, null) : null;
	}

	/**
	 * Lend a connection, unless its pool has lost its role meanwhile.
	 * @param pool the pool
	 * @param connection a connection of it that has been verified
	 * @param picked the roles when the pool was picked, or {@code null} if they may have
	 * changed since
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if it fails; it has been got rid of
	 */
	@Nullable Connection lend(ServerPool pool, Connection connection, @Nullable RoleTable picked) throws SQLException {
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
