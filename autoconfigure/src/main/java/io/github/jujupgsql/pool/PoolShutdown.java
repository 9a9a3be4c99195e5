package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The end of a pool whose server has left. A borrower that looks at the table of roles
 * does not find it any more; threads that wait in it already are sent away.
 * <p>
 * It really waits, as {@link HikariShutdown} does, and so by the machine's own clock.
 */
final class PoolShutdown {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final ServerPool pool;

	private final HikariAdapter adapter;

	private final ServerConnections connections;

	private final HikariShutdown shutdown;

	/**
	 * Begin to shut a pool down.
	 * @param pool the pool
	 * @param adapter the pool proper
	 * @param connections the pool's connections, which must have been retired
	 */
	PoolShutdown(ServerPool pool, HikariAdapter adapter, ServerConnections connections) {
		this.pool = pool;
		this.adapter = adapter;
		this.connections = connections;
		this.shutdown = new HikariShutdown(adapter, pool::isWaitedFor, connections.getTimes());
	}

	/**
	 * Let work in flight finish, then abort what is left and close.
	 * @param timeout how long to let it go on
	 */
	void drain(Duration timeout) {
		long start = System.nanoTime();
		this.shutdown.sendWaitersAway();
		this.adapter.empty();
		this.shutdown.awaitReturns(this::inUse, timeout.minusNanos(System.nanoTime() - start));
		int left = inUse();
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
		this.connections.abortAll();
		close();
		String what = this.pool.describe();
		if (left > 0) {
			logger.warn("Aborted " + left + " connection(s) to " + what + " that were still in use after " + millis
					+ " ms");
		}
		else {
			logger.info("Drained " + what + " in " + millis + " ms");
		}
	}

	private int inUse() {
		return this.adapter.active() + this.connections.getUnpooled().size();
	}

	/**
	 * Close a pool whose connections have been cut off, once the threads that had them
	 * have had time to go on elsewhere.
	 */
	void closeFenced() {
		this.shutdown.sendWaitersAway();
		LockSupport.parkNanos(this.connections.getTimes().fencedGrace().toNanos());
		this.connections.abortAll();
		close();
	}

	void close() {
		this.shutdown.close();
	}

}
