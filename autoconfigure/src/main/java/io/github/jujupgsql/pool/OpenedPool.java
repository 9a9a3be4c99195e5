package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import org.jspecify.annotations.Nullable;

/**
 * HikariCP's pool of a server, once there is one.
 *
 * @param dataSource the pool as others know it
 * @param pool the same, which lends with another timeout than its own as well
 * @param metrics tells its metrics about borrowers, or {@code null} if it has none
 * @param housekeeper does what is to be done in it from time to time, and ends with it;
 * {@code null} if the application has one for all pools
 */
record OpenedPool(HikariDataSource dataSource, HikariPool pool, @Nullable BorrowMetrics metrics,
		@Nullable ExecutorService housekeeper) {

	/** More than a server lets in. */
	private static final int CLOSING_AT_ONCE = 10_000;

	/**
	 * Open a pool, which sets up its first connection.
	 * @param config how to; its maximum size is changed
	 * @return the pool
	 * @throws SQLException if that connection is of no use
	 */
	static OpenedPool open(HikariConfig config) throws SQLException {
		BorrowMetrics metrics = BorrowMetrics.of(config);
		int maximumPoolSize = PoolSize.of(null, null, config).maximumPoolSize();
		// HikariCP queues as many connections to be closed as its pool is large at first;
		// the next one would be closed by the thread that evicts it, which is often the
		// one that assigns roles
		config.setMaximumPoolSize(CLOSING_AT_ONCE);
		// HikariCP leaves its own running if it cannot make a pool
		ScheduledThreadPoolExecutor housekeeper = (config.getScheduledExecutor() == null) ? housekeeper(config) : null;
		boolean open = false;
		try {
			HikariDataSource opened = new HikariDataSource(config);
			opened.setMaximumPoolSize(maximumPoolSize);
			OpenedPool pool = new OpenedPool(opened, (HikariPool) opened.getHikariPoolMXBean(), metrics, housekeeper);
			open = true;
			return pool;
		}
		catch (PoolInitializationException ex) {
			throw (ex.getCause() instanceof SQLException cause) ? cause : new SQLException(ex.getMessage(), ex);
		}
		finally {
			if (!open && housekeeper != null) {
				housekeeper.shutdownNow();
			}
		}
	}

	/**
	 * Make what HikariCP would make for itself.
	 */
	private static ScheduledThreadPoolExecutor housekeeper(HikariConfig config) {
		ThreadFactory threads = (config.getThreadFactory() != null) ? config.getThreadFactory() : (task) -> {
			Thread thread = new Thread(task, config.getPoolName() + ":housekeeper");
			thread.setDaemon(true);
			return thread;
		};
		ScheduledThreadPoolExecutor housekeeper = new ScheduledThreadPoolExecutor(1, threads,
				new ThreadPoolExecutor.DiscardPolicy());
		housekeeper.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		housekeeper.setRemoveOnCancelPolicy(true);
		config.setScheduledExecutor(housekeeper);
		return housekeeper;
	}

	/**
	 * Close the pool. Blocks.
	 */
	void close() {
		this.dataSource.close();
		if (this.housekeeper != null) {
			this.housekeeper.shutdownNow();
		}
	}

	Connection getConnection(long timeoutMillis) throws SQLException {
		return this.pool.getConnection(timeoutMillis);
	}

	int idle() {
		return this.pool.getIdleConnections();
	}

	int active() {
		return this.pool.getActiveConnections();
	}

	int total() {
		return this.pool.getTotalConnections();
	}

	int waiting() {
		return this.pool.getThreadsAwaitingConnection();
	}

	/**
	 * Return whether a connection can be borrowed without waiting for one, or for the
	 * pool to be resumed.
	 * @return whether one is idle now
	 */
	boolean lendsAtOnce() {
		return idle() > 0 && !isSuspended();
	}

	private boolean isSuspended() {
		return this.pool.poolState == HikariPool.POOL_SUSPENDED;
	}

	/**
	 * Let in those who wait for the pool to be resumed, if it is suspended. Who suspends
	 * a pool keeps its monitor until all who wait for a connection have got one, so that
	 * is not asked for before.
	 */
	void resume() {
		if (isSuspended()) {
			this.pool.resumePool();
		}
	}

	/**
	 * Count a borrower that HikariCP has served at once.
	 */
	void countBorrow() {
		if (this.metrics != null) {
			this.metrics.acquired();
		}
	}

	/**
	 * Count a borrower that has been served.
	 * @param nanos how long it has waited
	 */
	void countBorrow(long nanos) {
		if (this.metrics != null) {
			this.metrics.acquired(nanos);
		}
	}

	void countTimeout(long nanos) {
		if (this.metrics != null) {
			this.metrics.timedOut(nanos);
		}
	}

	/**
	 * Have HikariCP open what is missing. By itself it looks every 30 seconds.
	 */
	void fill() {
		int missing = Math.min(this.dataSource.getMinimumIdle() - idle(),
				this.dataSource.getMaximumPoolSize() - total());
		for (int i = 1; i <= missing; i++) {
			// asks for one more, unless as many are asked for already
			this.pool.addBagItem(i);
		}
	}

	/**
	 * Have HikariCP open a connection if somebody waits for one. By itself it does so
	 * when a thread begins to wait; when a connection breaks after that, it replaces it
	 * only to keep the idle ones ready.
	 */
	void fillForWaiting() {
		int waiting = waiting();
		if (waiting > 0 && total() < this.dataSource.getMaximumPoolSize()) {
			this.pool.addBagItem(waiting);
		}
	}

	/**
	 * Open connections in the background until there are as many as wanted, as far as the
	 * size allows.
	 * @param wanted how many there are to be
	 * @return whether there are
	 */
	boolean growTo(int wanted) {
		int possible = Math.min(wanted, this.dataSource.getMaximumPoolSize());
		if (total() >= possible) {
			return true;
		}
		this.dataSource.setMinimumIdle(Math.max(this.dataSource.getMinimumIdle(), possible));
		fill();
		return false;
	}

	/**
	 * Replace what is open, idle connections at once, others when they are returned.
	 */
	void renew() {
		this.pool.softEvictConnections();
	}

	/**
	 * Get rid of what is open, idle connections at once, others when they are returned,
	 * and replace none of them unless somebody waits for it.
	 */
	void empty() {
		this.dataSource.setMinimumIdle(0);
		this.pool.softEvictConnections();
	}

	@Override
	public String toString() {
		return "total=" + total() + ", active=" + active() + ", idle=" + idle() + ", waiting=" + waiting();
	}

}
