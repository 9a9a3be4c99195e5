package io.github.jujupgsql.test;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Wait for something to become true.
 */
final class Await {

	static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final Duration INTERVAL = Duration.ofMillis(10);

	private Await() {
	}

	/**
	 * Ask again and again until the answer is yes.
	 * @param cluster what is asked; the waiting ends when it is closed
	 * @param message says what did not happen
	 * @param condition what is asked; an error counts as no
	 * @throws IllegalStateException if the answer is still no after {@link #TIMEOUT}
	 */
	static void until(ClusterHome cluster, Supplier<String> message, Condition condition) {
		long deadline = System.nanoTime() + TIMEOUT.toNanos();
		SQLException lastFailure = null;
		while (true) {
			cluster.ensureOpen();
			try {
				if (condition.isMet()) {
					return;
				}
				lastFailure = null;
			}
			catch (SQLException ex) {
				lastFailure = ex;
			}
			if (System.nanoTime() > deadline) {
				throw failure(message.get(), lastFailure);
			}
			pause(INTERVAL);
		}
	}

	private static IllegalStateException failure(String message, @Nullable SQLException cause) {
		return new IllegalStateException("After " + TIMEOUT.toSeconds() + " s: " + message, cause);
	}

	static void pause(Duration duration) {
		LockSupport.parkNanos(duration.toNanos());
		if (Thread.currentThread().isInterrupted()) {
			throw new IllegalStateException("Interrupted while waiting");
		}
	}

	/**
	 * A question to a server.
	 */
	@FunctionalInterface
	interface Condition {

		boolean isMet() throws SQLException;

	}

}
