package io.github.jujupgsql.benchmarks;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what needs no measuring.
 */
final class Await {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final Duration POLL = Duration.ofNanos(500_000);

	private Await() {
	}

	static void until(String what, BooleanSupplier condition) {
		long deadline = System.nanoTime() + TIMEOUT.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - deadline > 0) {
				throw new IllegalStateException("Waited in vain until " + what);
			}
			LockSupport.parkNanos(POLL.toNanos());
		}
	}

	static void pause(Duration pause) {
		long end = System.nanoTime() + pause.toNanos();
		while (System.nanoTime() - end < 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

}
