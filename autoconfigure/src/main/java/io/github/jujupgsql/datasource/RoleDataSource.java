package io.github.jujupgsql.datasource;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.sql.ShardingKeyBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.WrongRoleException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Lends connections of whichever server plays a role at the moment of borrowing. Spring
 * Boot looks through it at the pool in use, which may be another one the next time.
 */
abstract class RoleDataSource extends DelegatingDataSource {

	private static final long UNCLOCKED_MILLIS = 10;

	private static final long UNCLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(UNCLOCKED_MILLIS);

	/** As good as for ever, and a deadline that is computed from it does not overflow. */
	private static final Duration LONGEST_TIMEOUT = Duration.ofDays(36500);

	/** Until the table is another one, or the server has been promoted. */
	private static final long WRONG_ROLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final Roles roles;

	private final Duration connectionTimeout;

	private final long timeoutNanos;

	RoleDataSource(Roles roles, Duration connectionTimeout) {
		this.roles = roles;
		this.connectionTimeout = connectionTimeout;
		this.timeoutNanos = nanos(connectionTimeout);
	}

	/**
	 * Return how long something may take, in nanoseconds.
	 * @param timeout the time, however long
	 * @return the nanoseconds, of which there may be as many again
	 */
	static long nanos(Duration timeout) {
		return ((timeout.compareTo(LONGEST_TIMEOUT) < 0) ? timeout : LONGEST_TIMEOUT).toNanos();
	}

	/**
	 * Pick the pool to borrow from.
	 * @param table the roles now
	 * @param except one that has just been tried in vain, if another is to be had
	 * @return the pool, or {@code null} if there is none for this role
	 */
	abstract @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except);

	/**
	 * Make a connection what borrowers of this role expect.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @param table the roles now
	 * @return the connection to lend
	 * @throws SQLException if the connection fails
	 */
	Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		return connection;
	}

	/**
	 * Begin to wait for a connection.
	 * @return what says where to wait
	 */
	abstract Lookout lookout();

	/**
	 * Say that there is no server to borrow from.
	 * @param waited how long one was waited for
	 * @param table the roles now
	 * @return what to tell the borrower
	 */
	SQLException unavailable(Duration waited, RoleTable table) {
		return new PrimaryUnavailableException(waited, table.whyNoPrimary());
	}

	/**
	 * Return whether waiting for a server is of no use.
	 * @param table the roles now
	 * @return whether there is none to be expected
	 */
	boolean isHopeless(RoleTable table) {
		return table.hopeless();
	}

	@Override
	public Connection getConnection() throws SQLException {
		RoleTable table = this.roles.current();
		ServerPool pool = pick(table, null);
		if (pool == null || pool.hasQueue()) {
			return getConnection(pool, deadline());
		}
		Connection connection = tryBorrow(pool);
		if (connection == null) {
			return getConnection(pool, deadline() - UNCLOCKED_NANOS);
		}
		if (!pool.trusts(connection)) {
			long deadline = deadline() - UNCLOCKED_NANOS;
			return new Waiting(pool, deadline, deadline).goOnWith(pool, connection);
		}
		Connection lent = tryLend(connection, pool, table);
		if (lent == null) {
			return getConnection(pool, deadline() - UNCLOCKED_NANOS);
		}
		pool.countBorrow();
		return lent;
	}

	/**
	 * Borrow a connection by the clock.
	 * @param except a pool that has just been tried in vain, if there is one
	 * @param deadline until when to wait, as of {@link System#nanoTime()}
	 * @return the connection
	 * @throws SQLException if none is to be had
	 */
	final Connection getConnection(@Nullable ServerPool except, long deadline) throws SQLException {
		return getConnection(except, deadline, deadline);
	}

	/**
	 * Borrow a connection by the clock, and wait less long for a server than for a
	 * connection.
	 * @param except a pool that has just been tried in vain, if there is one
	 * @param deadline until when to wait, as of {@link System#nanoTime()}
	 * @param serverDeadline until when to wait while there is no server
	 * @return the connection
	 * @throws SQLException if none is to be had
	 */
	final Connection getConnection(@Nullable ServerPool except, long deadline, long serverDeadline)
			throws SQLException {
		return new Waiting(except, deadline, serverDeadline).borrow();
	}

	final RoleTable roles() {
		return this.roles.current();
	}

	/**
	 * Return until when somebody may be kept waiting who begins now.
	 */
	final long deadline() {
		return System.nanoTime() + this.timeoutNanos;
	}

	/**
	 * Borrow without looking at the clock, which would cost a fifth of what borrowing
	 * does. Hence not for long: how long it took is not known afterwards.
	 */
	private @Nullable Connection tryBorrow(ServerPool pool) throws SQLException {
		try {
			return pool.getConnection(UNCLOCKED_MILLIS);
		}
		catch (SQLTransientConnectionException ex) {
			return null;
		}
		catch (SQLException ex) {
			if (isIn(this.roles.current(), pool)) {
				throw ex;
			}
			return null;
		}
	}

	private @Nullable Connection tryLend(Connection connection, ServerPool pool, RoleTable picked) throws SQLException {
		try {
			return lend(connection, pool, picked);
		}
		catch (SQLTransientConnectionException ex) {
			return null;
		}
	}

	/**
	 * Lend a connection, unless its pool has lost its role meanwhile.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @param picked the roles when the pool was picked
	 * @return the connection, or {@code null} if another one has to be borrowed
	 * @throws SQLTransientConnectionException if it fails; it has been got rid of
	 */
	private @Nullable Connection lend(Connection connection, ServerPool pool, RoleTable picked) throws SQLException {
		RoleTable table = this.roles.current();
		if (table != picked && !isIn(table, pool)) {
			connection.close();
			return null;
		}
		try {
			return prepare(connection, pool, table);
		}
		catch (SQLException ex) {
			pool.evict(connection);
			throw new SQLTransientConnectionException(
					pool.getServer() + ": a connection cannot be lent: " + ex.getMessage(), ex.getSQLState(), ex);
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
		ServerPool pool = pick(this.roles.current(), null);
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
		long millis = Math.min(this.connectionTimeout.toMillis(), TimeUnit.SECONDS.toMillis(Integer.MAX_VALUE));
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

	/**
	 * One borrower's wait, for a server to play the role or for a connection of it. From
	 * a pool that is left, the borrower is sent away.
	 */
	private final class Waiting {

		private final long deadline;

		private final long serverDeadline;

		private final Lookout lookout = lookout();

		private @Nullable ServerPool tried;

		private @Nullable SQLException last;

		/**
		 * Begin to wait.
		 * @param tried the pool that had nothing to lend, if there is one
		 * @param deadline until when to wait
		 * @param serverDeadline until when to wait while there is no server
		 */
		Waiting(@Nullable ServerPool tried, long deadline, long serverDeadline) {
			this.tried = tried;
			this.deadline = deadline;
			this.serverDeadline = serverDeadline;
		}

		Connection borrow() throws SQLException {
			while (true) {
				RoleTable table = RoleDataSource.this.roles.current();
				ServerPool pool = this.lookout.pick(table, this.tried);
				if (pool == null) {
					await(table, this.serverDeadline);
				}
				else {
					Connection connection = tryBorrow(table, pool);
					if (connection != null) {
						pool.countBorrow(RoleDataSource.this.timeoutNanos - left());
						return connection;
					}
				}
				if (left() <= 0) {
					throw timedOut();
				}
				if (pool == null && this.serverDeadline - System.nanoTime() <= 0
						&& table == RoleDataSource.this.roles.current()) {
					throw unavailable(RoleDataSource.this.connectionTimeout, table);
				}
			}
		}

		/**
		 * Begin with a connection of the pool tried, unless it is of no use.
		 */
		Connection goOnWith(ServerPool pool, Connection connection) throws SQLException {
			Connection lent = attempt(pool, () -> ask(pool, connection));
			if (lent == null) {
				return borrow();
			}
			pool.countBorrow();
			return lent;
		}

		private @Nullable Connection tryBorrow(RoleTable table, ServerPool pool) throws SQLException {
			boolean again = pool == this.tried;
			this.tried = pool;
			long millis = Math.min(this.lookout.patienceMillis(), leftMillis());
			Connection lent = attempt(pool, () -> ask(pool, pool.awaitConnection(millis)));
			if (lent == null && again && (this.last instanceof WrongRoleException || pool.isRetired())) {
				await(table, System.nanoTime() + Math.min(left(), WRONG_ROLE_NANOS));
			}
			return lent;
		}

		private @Nullable Connection ask(ServerPool pool, Connection connection) throws SQLException {
			RoleTable table = RoleDataSource.this.roles.current();
			if (!isIn(table, pool)) {
				// its word is of no use to this borrower
				connection.close();
				return null;
			}
			boolean fit = pool.trusts(connection) || pool.ask(connection, Math.max(1, leftMillis()));
			return fit ? lend(connection, pool, table) : null;
		}

		private @Nullable Connection attempt(ServerPool pool, Attempt attempt) throws SQLException {
			this.last = null;
			try {
				return attempt.make();
			}
			catch (SQLTransientConnectionException | WrongRoleException ex) {
				this.last = ex;
			}
			catch (SQLException ex) {
				if (isIn(RoleDataSource.this.roles.current(), pool)) {
					throw ex;
				}
			}
			return null;
		}

		private void await(RoleTable table, long until) throws SQLException {
			if (isHopeless(table)) {
				throw new PrimaryUnavailableException(table.whyNoPrimary());
			}
			try {
				RoleDataSource.this.roles.awaitOtherThan(table, until);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new SQLException("Interrupted while waiting for a server: " + table.whyNoPrimary(), ex);
			}
		}

		private long left() {
			return this.deadline - System.nanoTime();
		}

		private long leftMillis() {
			return TimeUnit.NANOSECONDS.toMillis(Math.max(0, left()));
		}

		private SQLException timedOut() {
			RoleTable table = RoleDataSource.this.roles.current();
			ServerPool pool = pick(table, null);
			Duration timeout = RoleDataSource.this.connectionTimeout;
			return (pool != null) ? pool.timedOut(timeout, this.last) : unavailable(timeout, table);
		}

	}

	/**
	 * An attempt to borrow.
	 */
	private interface Attempt {

		@Nullable Connection make() throws SQLException;

	}

}
