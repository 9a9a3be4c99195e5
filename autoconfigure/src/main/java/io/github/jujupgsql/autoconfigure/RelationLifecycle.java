package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.watch.RelationFileWatcher;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Rests while the context is stopped: before a checkpoint of the virtual machine, which
 * allows no open file and no socket, or while the context of a test is not in use. The
 * file is not followed then, and no unused connection is kept.
 * <p>
 * The first start is not its business: the file has to be read before any bean borrows.
 * Nor is the end: beans that are destroyed then may still borrow, and the master may
 * still move.
 */
final class RelationLifecycle implements SmartLifecycle {

	private final RelationFileWatcher watcher;

	private final ServerPools pools;

	private final ConfigurableApplicationContext context;

	private volatile boolean running = true;

	RelationLifecycle(RelationFileWatcher watcher, ServerPools pools, ConfigurableApplicationContext context) {
		this.watcher = watcher;
		this.pools = pools;
		this.context = context;
	}

	@Override
	public void start() {
		// in this order, so that nothing is opened to servers that have left meanwhile
		this.watcher.start();
		this.pools.resume();
		this.running = true;
	}

	@Override
	public void stop() {
		if (!this.context.isClosed()) {
			this.watcher.close();
			this.pools.pause();
		}
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * After everything else when the context stops, and before it when that starts.
	 */
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

}
