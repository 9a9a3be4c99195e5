package io.github.jujupgsql.pool;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes threads that do not keep the application alive.
 */
final class DaemonThreads implements ThreadFactory {

	private final String name;

	private final AtomicInteger number = new AtomicInteger();

	/**
	 * Create a factory.
	 * @param name the name of its one thread; if it ends in a dash, threads are numbered
	 */
	DaemonThreads(String name) {
		this.name = name;
	}

	@Override
	public Thread newThread(Runnable task) {
		boolean numbered = this.name.endsWith("-");
		Thread thread = new Thread(task, numbered ? this.name + this.number.incrementAndGet() : this.name);
		thread.setDaemon(true);
		return thread;
	}

}
