package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The end of all pools together.
 */
final class PoolsCloser {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final ServerPoolFactory factory;

	private final PoolRegistry pools;

	private final Drainer drainer;

	private final CurrentRoles roles;

	private final PrimaryWatch watch;

	private final Duration timeout;

	PoolsCloser(ServerPoolFactory factory, PoolRegistry pools, Drainer drainer, CurrentRoles roles,
			PrimaryWatch watch) {
		this.factory = factory;
		this.pools = pools;
		this.drainer = drainer;
		this.roles = roles;
		this.watch = watch;
		this.timeout = factory.getTimes().closeTimeout();
	}

	/**
	 * Close every pool and end all threads.
	 * @param loop the thread that assigns roles; does nothing afterwards
	 * @param background where pools are closed
	 */
	void close(RoleEventLoop loop, ExecutorService background) {
		try {
			runTogether(loop.end(this::closings, this.timeout), background);
		}
		catch (RejectedExecutionException ex) {
			// closed before
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Closing the pools failed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		end(background);
	}

	private List<Runnable> closings() {
		this.roles.publish(RoleTable.closed());
		this.watch.watch(null);
		List<Runnable> closings = new ArrayList<>();
		List<ServerPool> leaving = this.drainer.leaving();
		// the drainer releases them
		leaving.forEach((pool) -> closings.add(pool::close));
		this.pools.all()
			.stream()
			.filter((pool) -> !leaving.contains(pool))
			.forEach((pool) -> closings.add(() -> close(pool)));
		this.pools.clear();
		return closings;
	}

	private void close(ServerPool pool) {
		try {
			pool.close();
		}
		finally {
			this.factory.release(pool);
		}
	}

	private void runTogether(List<Runnable> closings, ExecutorService background)
			throws InterruptedException, ExecutionException, TimeoutException {
		List<CompletableFuture<Void>> running = new ArrayList<>();
		for (Runnable closing : closings) {
			try {
				running.add(CompletableFuture.runAsync(closing, background));
			}
			catch (RuntimeException | Error ex) {
				logger.debug("Closing a pool on this thread", ex);
				closing.run();
			}
		}
		CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
			.get(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void end(ExecutorService background) {
		try {
			// HikariCP, interrupted while it closes a pool, leaves threads behind
			background.shutdown();
			if (!background.awaitTermination(this.timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				background.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
