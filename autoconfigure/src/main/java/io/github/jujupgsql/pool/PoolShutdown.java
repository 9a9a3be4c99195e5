package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The end of a pool whose server has left. Nobody borrows there any more who looks at the
 * table of roles; whoever waits in it already is sent away. An application may suspend
 * the pool at any time, also while it is being shut down; then it is resumed, for
 * HikariCP keeps threads waiting in a suspended pool without a timeout, closed or not.
 */
final class PoolShutdown {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private static final Duration SEND_AWAY_PATIENCE = Duration.ofSeconds(5);

	private static final Duration RETURN_PATIENCE = Duration.ofMillis(500);

	private static final long EVICTION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long SEND_AWAY_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final ServerPool pool;

	private final OpenedPool opened;

	private final ServerConnections connections;

	/**
	 * Begin to shut a pool down.
	 * @param pool the pool
	 * @param opened the pool proper
	 * @param connections the pool's connections, which must have been retired
	 */
	PoolShutdown(ServerPool pool, OpenedPool opened, ServerConnections connections) {
		this.pool = pool;
		this.opened = opened;
		this.connections = connections;
	}

	void drain(Duration timeout) {
		long start = System.nanoTime();
		sendWaitersAway();
		this.opened.empty();
		awaitReturns(timeout.minusNanos(System.nanoTime() - start));
		int left = this.opened.active();
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
		this.connections.abortAll();
		close();
		String what = this.pool.describe();
		if (left > 0) {
			logger.warn(
					"Aborted " + left + " connections to " + what + " that were still in use after " + millis + " ms");
		}
		else {
			logger.info("Drained " + what + " in " + millis + " ms");
		}
	}

	/**
	 * Close a pool whose connections have been cut off, once whoever had them has had
	 * time to go on elsewhere.
	 */
	void closeCutOff() {
		sendWaitersAway();
		LockSupport.parkNanos(GRACE_NANOS);
		this.connections.abortAll();
		close();
	}

	void close() {
		HikariDataSource dataSource = this.opened.dataSource();
		if (dataSource.isClosed()) {
			return;
		}
		sendWaitersAway();
		// A thread of HikariCP that has just closed an evicted connection asks for the
		// pool's monitor; closing holds it and waits ten seconds for that thread
		LockSupport.parkNanos(EVICTION_NANOS);
		this.opened.resume();
		// HikariCP trips over broken connections that come back to a pool that is closed
		awaitReturns(RETURN_PATIENCE);
		this.opened.close();
	}

	/**
	 * Wait until all connections are returned, unless this thread is interrupted.
	 */
	private void awaitReturns(Duration timeout) {
		long start = System.nanoTime();
		while (this.opened.active() > 0 && System.nanoTime() - start < timeout.toNanos()
				&& !Thread.currentThread().isInterrupted()) {
			this.opened.resume();
			LockSupport.parkNanos(POLL_NANOS);
		}
	}

	/**
	 * Give every thread that waits inside HikariCP a connection that leads nowhere, so
	 * that it looks for another pool: closing wakes nobody. One is enough, for each
	 * thread that returns it hands it to the next; it comes on top of the largest size,
	 * as all others may be in use.
	 */
	private void sendWaitersAway() {
		HikariDataSource dataSource = this.opened.dataSource();
		// what is evicted need not be replaced
		dataSource.setMinimumIdle(0);
		dataSource.setMaximumPoolSize(Math.max(dataSource.getMaximumPoolSize(), this.opened.total()) + 1);
		this.opened.resume();
		long deadline = System.nanoTime() + SEND_AWAY_PATIENCE.toNanos();
		while (this.pool.isWaitedFor() && System.nanoTime() - deadline < 0) {
			this.opened.fillForWaiting();
			LockSupport.parkNanos(SEND_AWAY_POLL_NANOS);
			this.opened.resume();
		}
	}

}
