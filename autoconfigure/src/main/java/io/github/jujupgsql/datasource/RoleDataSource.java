package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;

import javax.sql.DataSource;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Lends connections of whichever server plays a role at the moment of borrowing. Spring
 * Boot looks through it at the pool in use, which may be another one the next time.
 */
abstract class RoleDataSource extends DelegatingDataSource {

	private final Roles roles;

	private final Duration connectionTimeout;

	RoleDataSource(Roles roles, Duration connectionTimeout) {
		this.roles = roles;
		this.connectionTimeout = connectionTimeout;
	}

	/**
	 * Pick the pool to borrow from.
	 * @param table the roles now
	 * @return the pool, or {@code null} if there is none for this role
	 */
	abstract @Nullable ServerPool pick(RoleTable table);

	/**
	 * Make a connection what borrowers of this role expect.
	 * @param connection a connection just borrowed
	 * @throws SQLException if the connection fails
	 */
	void prepare(Connection connection) throws SQLException {
	}

	@Override
	public Connection getConnection() throws SQLException {
		RoleTable table = this.roles.current();
		Connection connection = borrow(table);
		return (connection != null) ? connection : awaitConnection(table);
	}

	private Connection awaitConnection(RoleTable unserved) throws SQLException {
		long deadline = System.nanoTime() + this.connectionTimeout.toNanos();
		RoleTable table = unserved;
		while (true) {
			RoleTable next = awaitOtherThan(table, deadline);
			Connection connection = borrow(next);
			if (connection != null) {
				return connection;
			}
			if (System.nanoTime() - deadline >= 0) {
				throw new PrimaryUnavailableException(this.connectionTimeout, next.whyNoPrimary());
			}
			table = next;
		}
	}

	private RoleTable awaitOtherThan(RoleTable table, long deadline) throws SQLException {
		try {
			return this.roles.awaitOtherThan(table, deadline);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SQLException("Interrupted while waiting for a primary: " + table.whyNoPrimary(), ex);
		}
	}

	/**
	 * Borrow a connection, unless the pool loses its role meanwhile.
	 * @param table the roles to pick the pool from
	 * @return the connection, or {@code null} if there is no pool, or another one may
	 * have to be picked
	 * @throws SQLException if the pool in force has no connection to lend
	 */
	private @Nullable Connection borrow(RoleTable table) throws SQLException {
		ServerPool pool = pick(table);
		if (pool == null) {
			return null;
		}
		try {
			Connection connection = pool.getConnection();
			if (isIn(this.roles.current(), pool)) {
				prepare(connection);
				return connection;
			}
			connection.close();
			return null;
		}
		catch (SQLException ex) {
			if (!isIn(this.roles.current(), pool)) {
				return null;
			}
			throw ex;
		}
	}

	/**
	 * Return whether connections of a pool may be lent in this role.
	 * @param table the roles now
	 * @param pool the pool
	 * @return whether it plays the role
	 */
	abstract boolean isIn(RoleTable table, ServerPool pool);

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		throw new SQLFeatureNotSupportedException("The user and the password come from the relation");
	}

	/**
	 * Return the pool in use.
	 * @return the pool, or {@code null} while there is none
	 */
	@Override
	public @Nullable DataSource getTargetDataSource() {
		ServerPool pool = pick(this.roles.current());
		return (pool != null) ? pool.getDataSource() : null;
	}

	@Override
	public void afterPropertiesSet() {
		// a pool may come later
	}

	@Override
	public boolean isWrapperFor(Class<?> iface) throws SQLException {
		DataSource target = getTargetDataSource();
		return iface.isInstance(this) || (target != null && target.isWrapperFor(iface));
	}

	@Override
	public int getLoginTimeout() {
		return (int) this.connectionTimeout.toSeconds();
	}

}
