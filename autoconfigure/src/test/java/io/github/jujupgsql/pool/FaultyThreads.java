package io.github.jujupgsql.pool;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Background threads, of which none may be had.
 */
final class FaultyThreads extends ThreadPoolExecutor {

	private final Runnable fault;

	/**
	 * Creates threads.
	 * @param fault called before a task is given to a thread; may throw
	 */
	FaultyThreads(Runnable fault) {
		super(0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>());
		this.fault = fault;
	}

	@Override
	public void execute(Runnable task) {
		this.fault.run();
		super.execute(task);
	}

}
