package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The thread that assigns roles. One decision is made after the other; one that fails
 * leaves everything as it is, and one that comes after the end is dropped.
 */
final class DecisionThread implements Executor {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final ScheduledExecutorService thread;

	DecisionThread(ThreadFactory factory) {
		this.thread = Executors.newSingleThreadScheduledExecutor(factory);
	}

	/**
	 * Have something decided soon.
	 * @param decision must not block
	 */
	@Override
	public void execute(Runnable decision) {
		try {
			this.thread.execute(() -> runSafely(decision));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed; a decision is dropped");
		}
	}

	/**
	 * Have something decided later.
	 * @param decision must not block
	 * @param pause how much later
	 * @return what can be cancelled
	 * @throws RejectedExecutionException after the end
	 */
	Future<?> schedule(Runnable decision, Duration pause) {
		return this.thread.schedule(() -> runSafely(decision), pause.toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Have something decided again and again.
	 * @param decision must not block
	 * @param interval how often
	 */
	void repeat(Runnable decision, Duration interval) {
		this.thread.scheduleWithFixedDelay(() -> runSafely(decision), interval.toNanos(), interval.toNanos(),
				TimeUnit.NANOSECONDS);
	}

	private static void runSafely(Runnable decision) {
		try {
			decision.run();
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed; nothing follows from a decision");
		}
		catch (RuntimeException ex) {
			logger.error("Assigning roles failed; the roles stay as they are", ex);
		}
	}

	/**
	 * Have something decided before this returns.
	 * @param decision must not block
	 * @return what was decided, or {@code true} if there is nothing to decide any more
	 */
	boolean decideNow(Callable<Boolean> decision) {
		try {
			return this.thread.submit(decision).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			logger.error("Assigning roles failed; the roles stay as they are", ex);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Closed; a decision is dropped");
		}
		return true;
	}

	/**
	 * Make a last decision, and end.
	 * @param decision must not block
	 * @param patience how long to wait for it, and then for the end
	 * @return what was decided
	 * @throws RejectedExecutionException if this has ended before
	 * @throws ExecutionException if it failed
	 * @throws TimeoutException if it was not made in time
	 * @throws InterruptedException if whoever waits for it is interrupted
	 */
	<T> T end(Callable<T> decision, Duration patience)
			throws ExecutionException, TimeoutException, InterruptedException {
		T decided = this.thread.submit(decision).get(patience.toMillis(), TimeUnit.MILLISECONDS);
		this.thread.shutdownNow();
		this.thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
		return decided;
	}

}
