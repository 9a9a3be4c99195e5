package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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

	private static final Duration TIMEOUT = Duration.ofSeconds(15);

	private final RoleEventLoop loop;

	private final ExecutorService background;

	PoolsCloser(RoleEventLoop loop, ExecutorService background) {
		this.loop = loop;
		this.background = background;
	}

	/**
	 * Make a last decision, do what it says, and end all threads.
	 * @param closings decides what closes the pools
	 */
	void close(Callable<List<Runnable>> closings) {
		try {
			runTogether(this.loop.end(closings, TIMEOUT));
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
		endBackground();
	}

	private void runTogether(List<Runnable> closings)
			throws InterruptedException, ExecutionException, TimeoutException {
		List<CompletableFuture<Void>> running = new ArrayList<>();
		for (Runnable closing : closings) {
			try {
				running.add(CompletableFuture.runAsync(closing, this.background));
			}
			catch (RuntimeException | Error ex) {
				logger.debug("Closing a pool on this thread", ex);
				closing.run();
			}
		}
		CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
			.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void endBackground() {
		try {
			// HikariCP, interrupted while it closes a pool, leaves threads behind
			this.background.shutdown();
			if (!this.background.awaitTermination(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				this.background.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
