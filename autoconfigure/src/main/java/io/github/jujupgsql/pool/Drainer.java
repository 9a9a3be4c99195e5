package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Sees off the pools of servers that have left. Every pool has a thread to itself while
 * it drains, so a slow one delays nothing.
 */
final class Drainer {

	private static final Log logger = LogFactory.getLog(Drainer.class);

	private final ExecutorService threads;

	private final Duration timeout;

	private final Consumer<ServerPool> afterwards;

	private final Set<ServerPool> leaving = ConcurrentHashMap.newKeySet();

	Drainer(ExecutorService threads, Duration timeout, Consumer<ServerPool> afterwards) {
		this.threads = threads;
		this.timeout = timeout;
		this.afterwards = afterwards;
	}

	/**
	 * Let a pool's work finish, within the drain timeout.
	 * @param pool the pool, which is no longer in the table of roles
	 */
	void drain(ServerPool pool) {
		leave(pool, () -> pool.drain(this.timeout));
	}

	/**
	 * Close a pool whose connections have been cut off.
	 * @param pool the pool, which is no longer in the table of roles
	 */
	void closeFenced(ServerPool pool) {
		leave(pool, pool::closeFenced);
	}

	List<ServerPool> leaving() {
		return List.copyOf(this.leaving);
	}

	private void leave(ServerPool pool, Runnable steps) {
		this.leaving.add(pool);
		try {
			this.threads.execute(() -> seeOff(pool, steps));
		}
		catch (RuntimeException | Error ex) {
			// the caller still has it
			this.leaving.remove(pool);
			throw ex;
		}
	}

	private void seeOff(ServerPool pool, Runnable steps) {
		try {
			steps.run();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Closing " + pool + " failed", ex);
			pool.close();
		}
		finally {
			this.leaving.remove(pool);
			this.afterwards.accept(pool);
		}
	}

}
