package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import org.jspecify.annotations.Nullable;

/**
 * HikariCP's pool of a server, once there is one. What is made of HikariCP beyond its
 * documented use stands here and in the classes beside this one whose names begin alike;
 * {@code HikariAssumptionsTests} tells which of it a new version breaks.
 */
final class HikariAdapter {

	private final HikariDataSource dataSource;

	/** The same, which lends with another timeout than its own as well. */
	private final HikariPool pool;

	private final BorrowMetrics metrics;

	/** Ends with the pool; {@code null} if the application has one for all pools. */
	private final @Nullable ExecutorService housekeeper;

	/**
	 * Create an adapter, as {@link HikariStartup} does.
	 * @param dataSource the pool, which is open
	 * @param metrics what counts its borrowers
	 * @param housekeeper what its tasks run on, if that ends with it
	 */
	HikariAdapter(HikariDataSource dataSource, BorrowMetrics metrics, @Nullable ExecutorService housekeeper) {
		this.dataSource = dataSource;
		this.pool = (HikariPool) dataSource.getHikariPoolMXBean();
		this.metrics = metrics;
		this.housekeeper = housekeeper;
	}

	/**
	 * Close the pool. Blocks; {@link HikariShutdown} says what has to come before.
	 */
	void close() {
		this.dataSource.close();
		if (this.housekeeper != null) {
			this.housekeeper.shutdownNow();
		}
	}

	/**
	 * Return the pool as others know it.
	 * @return HikariCP's DataSource
	 */
	HikariDataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * Borrow a connection.
	 * @param timeoutMillis how long to wait for one, whatever the pool's own timeout is
	 * @return HikariCP's proxy of the connection
	 * @throws SQLException if there is none in time, or the thread is interrupted
	 */
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
	 * Let in the threads that wait for the pool to be resumed, if it is suspended. The
	 * thread that suspends a pool keeps its monitor until all that wait for a connection
	 * have got one, so the monitor is not asked for before.
	 */
	void resume() {
		if (isSuspended()) {
			this.pool.resumePool();
		}
	}

	/**
	 * Return what counts borrowers.
	 * @return the pool's metrics, which do nothing if the application has none
	 */
	BorrowMetrics metrics() {
		return this.metrics;
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
	 * Have HikariCP open a connection if a thread waits for one. By itself it does so
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
	 * Evict all connections, idle ones now and active ones on return, without replacing
	 * them unless a thread waits for one.
	 */
	void empty() {
		keepNothingIdle();
		this.pool.softEvictConnections();
	}

	/**
	 * Do the same, unless threads wait: what is evicted is what they wait for.
	 */
	void emptyUnlessWaitedFor() {
		keepNothingIdle();
		if (waiting() == 0) {
			this.pool.softEvictConnections();
		}
	}

	/**
	 * Replace nothing that is evicted.
	 */
	void keepNothingIdle() {
		this.dataSource.setMinimumIdle(0);
	}

	/**
	 * Let one connection in on top of the largest size, as all others may be in use.
	 */
	void makeRoomForOneMore() {
		this.dataSource.setMaximumPoolSize(Math.max(this.dataSource.getMaximumPoolSize(), total()) + 1);
	}

	/**
	 * Close an idle connection if there are more than the largest size, which has become
	 * smaller.
	 * @return whether there are no more than that now
	 * @throws SQLException if the idle one has been taken meanwhile
	 */
	boolean shrink() throws SQLException {
		if (total() > this.dataSource.getMaximumPoolSize() && lendsAtOnce()) {
			evict(getConnection(this.dataSource.getValidationTimeout()));
		}
		return total() <= this.dataSource.getMaximumPoolSize();
	}

	boolean isClosed() {
		return this.dataSource.isClosed();
	}

	/**
	 * Get rid of a connection instead of returning it.
	 * @param connection one that has been borrowed here, and is not to be returned after
	 * that, too: HikariCP would trip over it
	 */
	void evict(Connection connection) {
		this.dataSource.evictConnection(connection);
	}

	@Override
	public String toString() {
		return "total=" + total() + ", active=" + active() + ", idle=" + idle() + ", waiting=" + waiting();
	}

}
