package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.relation.ConnectionString;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server, with one set of credentials, whatever role it plays.
 * Opens only once the server has answered; its target and its credentials never change.
 * <p>
 * {@link #dataSource} is written once, by the one thread that checks the server at that
 * time, and read by all. The sizes belong to the thread that assigns roles.
 *
 * @since 0.1.0
 */
public final class ServerPool {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private static final Duration SEND_AWAY_PATIENCE = Duration.ofSeconds(5);

	private static final long EVICTION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long DRAIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final ConnectionString connectionString;

	private final String name;

	private final ServerConnections connections;

	private final Function<ServerConnections, HikariConfig> configFactory;

	private volatile @Nullable HikariDataSource dataSource;

	ServerPool(ConnectionString connectionString, String name, ServerConnections connections,
			Function<ServerConnections, HikariConfig> configFactory) {
		this.connectionString = connectionString;
		this.name = name;
		this.connections = connections;
		this.configFactory = configFactory;
	}

	/**
	 * Return the name of the pool, as metrics, JMX and thread names have it.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return where the server is.
	 * @return {@code host:port}, several of them separated by commas
	 */
	public String getServer() {
		return this.connectionString.address();
	}

	/**
	 * Return the pool proper.
	 * @return the pool, or {@code null} while the server has not answered yet
	 */
	public @Nullable HikariDataSource getDataSource() {
		return this.dataSource;
	}

	/**
	 * Return whether the server has left, so that nothing is to be borrowed here any
	 * more.
	 * @return {@code true} once and for all
	 */
	public boolean isRetired() {
		return this.connections.isRetired();
	}

	/**
	 * Borrow a connection.
	 * @return the connection
	 * @throws SQLException if none is to be had within the connection timeout
	 */
	public Connection getConnection() throws SQLException {
		HikariDataSource opened = this.dataSource;
		if (opened == null) {
			throw new IllegalStateException("Pool " + this.name + " is not open yet");
		}
		try {
			return opened.getConnection();
		}
		catch (SQLTransientConnectionException ex) {
			String lastFailure = this.connections.getLastFailure();
			throw (lastFailure != null) ? new SQLTransientConnectionException(
					ex.getMessage() + ". " + getServer() + " cannot be reached: " + lastFailure, ex.getSQLState(), ex)
					: ex;
		}
	}

	ConnectionString getConnectionString() {
		return this.connectionString;
	}

	boolean isSameServer(ServerPool other) {
		return getServer().equals(other.getServer());
	}

	/**
	 * Ask the server for its role. Before there is a pool, the connection opened for this
	 * becomes its first. Later an idle one is used or, as a pool that is exhausted or
	 * whose server has gone would keep us waiting, one of our own. Blocks; one thread at
	 * a time.
	 * @return what it answered
	 */
	ServerCheck check() {
		try {
			HikariDataSource opened = this.dataSource;
			if (opened == null) {
				return open();
			}
			boolean idle = opened.getHikariPoolMXBean().getIdleConnections() > 0;
			try (Connection connection = idle ? opened.getConnection() : this.connections.open()) {
				return ServerCheck.ask(connection);
			}
		}
		catch (SQLException ex) {
			return ServerCheck.failed(ex);
		}
	}

	private ServerCheck open() throws SQLException {
		Connection connection = this.connections.open();
		ServerCheck check;
		try {
			check = ServerCheck.ask(connection);
		}
		catch (SQLException ex) {
			connection.abort(Runnable::run);
			throw ex;
		}
		this.connections.offer(connection);
		this.dataSource = new HikariDataSource(this.configFactory.apply(this.connections));
		if (isRetired()) {
			// whoever retired it may have looked for a pool before there was one
			close();
		}
		return check;
	}

	void resize(PoolSize size) {
		HikariDataSource opened = this.dataSource;
		if (opened != null) {
			size.applyTo(opened.getHikariConfigMXBean());
		}
	}

	/**
	 * Cut off every connection at once, and open none from now on.
	 */
	void abort() {
		int aborted = this.connections.abortAll();
		logger.info("Cut off " + aborted + " connections to " + getServer() + " (" + this.name + ")");
	}

	/**
	 * Let work in flight finish, then abort what is left and close. Blocks.
	 * @param timeout how long to let it go on
	 */
	void drain(Duration timeout) {
		this.connections.retire();
		HikariDataSource opened = this.dataSource;
		if (opened == null) {
			return;
		}
		long start = System.nanoTime();
		HikariPoolMXBean pool = opened.getHikariPoolMXBean();
		sendWaitersAway(opened);
		pool.softEvictConnections();
		while (pool.getActiveConnections() > 0 && System.nanoTime() - start < timeout.toNanos()
				&& !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(DRAIN_POLL_NANOS);
		}
		int left = pool.getActiveConnections();
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
		close();
		if (left > 0) {
			logger.warn("Aborted " + left + " connections to " + getServer() + " (" + this.name
					+ ") that were still in use after " + millis + " ms");
		}
		else {
			logger.info("Drained " + getServer() + " (" + this.name + ") in " + millis + " ms");
		}
	}

	/**
	 * Close whatever is open.
	 */
	void close() {
		this.connections.abortAll();
		HikariDataSource opened = this.dataSource;
		if (opened != null && !opened.isClosed()) {
			sendWaitersAway(opened);
			// A thread of HikariCP that has just closed an evicted connection asks for
			// the
			// pool's monitor; closing holds it and waits ten seconds for that thread
			LockSupport.parkNanos(EVICTION_NANOS);
			opened.close();
		}
	}

	/**
	 * Give every thread that waits inside HikariCP a connection that leads nowhere, so
	 * that it looks for another pool: closing wakes nobody. One is enough, for each
	 * thread that returns it hands it to the next; it comes on top of the largest size,
	 * as all others may be in use.
	 * @param opened the pool of a server that has left
	 */
	private void sendWaitersAway(HikariDataSource opened) {
		HikariPoolMXBean pool = opened.getHikariPoolMXBean();
		HikariConfigMXBean size = opened.getHikariConfigMXBean();
		// what is evicted need not be replaced
		size.setMinimumIdle(0);
		size.setMaximumPoolSize(size.getMaximumPoolSize() + 1);
		long deadline = System.nanoTime() + SEND_AWAY_PATIENCE.toNanos();
		while (pool.getThreadsAwaitingConnection() > 0 && System.nanoTime() - deadline < 0) {
			try {
				opened.getConnection().close();
			}
			catch (SQLException ex) {
				logger.debug("Cannot send away those who wait for " + this.name, ex);
				return;
			}
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}
