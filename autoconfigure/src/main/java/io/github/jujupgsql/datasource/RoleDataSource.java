package io.github.jujupgsql.datasource;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKeyBuilder;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * What JDBC and Spring expect of a DataSource, for one that lends connections of
 * whichever server plays a role at the moment of borrowing. Spring Boot looks through it
 * at the pool in use, which may be another one the next time.
 */
abstract sealed class RoleDataSource extends DelegatingDataSource permits PrimaryDataSource, ReplicaDataSource {

	private final RoleView view;

	private final Borrower borrower;

	RoleDataSource(RoleView view) {
		this.view = view;
		this.borrower = new Borrower(view);
	}

	final Borrower borrower() {
		return this.borrower;
	}

	@Override
	public Connection getConnection() throws SQLException {
		return this.borrower.borrow();
	}

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
		ServerPool pool = this.view.pick();
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
	public <T> T unwrap(Class<T> iface) throws SQLException {
		if (iface.isInstance(this)) {
			return iface.cast(this);
		}
		DataSource target = getTargetDataSource();
		if (target == null) {
			throw new SQLException("There is no pool now that could be a " + iface.getName());
		}
		return target.unwrap(iface);
	}

	/**
	 * Return the connection timeout.
	 * @return the seconds, rounded up: 0 would mean that there is none
	 */
	@Override
	public int getLoginTimeout() {
		long millis = Math.min(this.view.connectionTimeout().toMillis(), TimeUnit.SECONDS.toMillis(Integer.MAX_VALUE));
		return (int) ((millis + 999) / 1000);
	}

	@Override
	public void setLoginTimeout(int seconds) throws SQLException {
		throw new SQLFeatureNotSupportedException(
				"The login timeout is what spring.datasource.hikari.connection-timeout says");
	}

	@Override
	@SuppressWarnings("NullAway") // null says that nothing is logged
	public PrintWriter getLogWriter() {
		return null;
	}

	@Override
	public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
		if (out != null) {
			throw new SQLFeatureNotSupportedException("Logging goes through the application's loggers");
		}
	}

	@Override
	public ConnectionBuilder createConnectionBuilder() throws SQLException {
		throw new SQLFeatureNotSupportedException("The user and the password come from the relation");
	}

	@Override
	public ShardingKeyBuilder createShardingKeyBuilder() throws SQLException {
		throw new SQLFeatureNotSupportedException("PostgreSQL knows no sharding keys");
	}

}
