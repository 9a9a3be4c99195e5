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
 * The thread that assigns roles. One decision is made after the other. If one fails,
 * whatever it throws, the next ones are made all the same and
 * {@link #whenFailed(Runnable)} is told. One that comes after the end is dropped.
 */
final class RoleEventLoop implements Executor {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final ScheduledExecutorService thread;

	private volatile Runnable whenFailed = () -> {
	};

	/** Whether the last decision has been made. Written and read by this thread. */
	private boolean ended;

	RoleEventLoop(ThreadFactory factory) {
		this.thread = Executors.newSingleThreadScheduledExecutor(factory);
	}

	/**
	 * Have something done on this thread after a decision has failed.
	 * @param task must not block
	 */
	void whenFailed(Runnable task) {
		this.whenFailed = task;
	}

	/**
	 * Have something decided soon.
	 * @param decision must not block
	 */
	@Override
	public void execute(Runnable decision) {
		tryExecute(decision);
	}

	/**
	 * Have something decided soon, unless this has ended.
	 * @param decision must not block
	 * @return whether it will be
	 */
	boolean tryExecute(Runnable decision) {
		try {
			this.thread.execute(() -> runSafely(decision));
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Already closed; ignoring role event");
			return false;
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

	private void runSafely(Runnable decision) {
		if (this.ended) {
			logger.debug("Already closed; ignoring role event");
			return;
		}
		try {
			decision.run();
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Already closed; ignoring role event");
		}
		catch (Throwable ex) {
			// also an error: there may be no memory for another thread, and be some later
			failed(ex);
		}
	}

	private void failed(Throwable fault) {
		try {
			this.whenFailed.run();
		}
		finally {
			logger.error("Assigning roles failed; it is tried again", fault);
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
			execute(() -> failed(ex));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Already closed; ignoring role event");
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
	 * @throws InterruptedException if the waiting thread is interrupted
	 */
	<T> T end(Callable<T> decision, Duration patience)
			throws ExecutionException, TimeoutException, InterruptedException {
		T decided = this.thread.submit(() -> {
			T last = decision.call();
			this.ended = true;
			return last;
		}).get(patience.toMillis(), TimeUnit.MILLISECONDS);
		this.thread.shutdownNow();
		this.thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
		return decided;
	}

}
