package io.github.jujupgsql.pool;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * Has connections that are to be closed wait until all of them are fenced. HikariCP
 * closes an idle one on a thread of its own as soon as it is evicted; not fenced yet,
 * that would tell the server, which then ends the session while writers wait for the new
 * primary to be published, on what may be the same processors. Safe for use by several
 * threads.
 */
final class CloseBarrier {

	private final ReentrantLock up = new ReentrantLock();

	/**
	 * Fence connections.
	 * @param fence evicts and fences them; must not block
	 * @return what that returns
	 */
	int whileUp(IntSupplier fence) {
		this.up.lock();
		try {
			return fence.getAsInt();
		}
		finally {
			this.up.unlock();
		}
	}

	/**
	 * Wait until no fence is being put up. At once for the thread that does so: HikariCP
	 * has it close a connection if too many wait to be closed.
	 */
	void await() {
		this.up.lock();
		this.up.unlock();
	}

}
