package io.github.jujupgsql.datasource;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Until when something may take.
 *
 * @param nanoTime the moment, as of {@link System#nanoTime()}
 */
record Deadline(long nanoTime) {

	/** As good as for ever, and a deadline that is computed from it does not overflow. */
	private static final Duration LONGEST_TIMEOUT = Duration.ofDays(36500);

	static Deadline in(Duration timeout) {
		return in(nanos(timeout));
	}

	static Deadline in(long nanos) {
		return new Deadline(System.nanoTime() + nanos);
	}

	/**
	 * Convert a timeout to nanoseconds.
	 * @param timeout the timeout, however long
	 * @return the nanoseconds, few enough to be added to a moment
	 */
	static long nanos(Duration timeout) {
		return ((timeout.compareTo(LONGEST_TIMEOUT) < 0) ? timeout : LONGEST_TIMEOUT).toNanos();
	}

	Deadline earlier(Deadline other) {
		return (this.nanoTime - other.nanoTime <= 0) ? this : other;
	}

	boolean isOver() {
		return left() <= 0;
	}

	/**
	 * Return how much time is left.
	 * @return the nanoseconds, negative if the deadline is over
	 */
	long left() {
		return this.nanoTime - System.nanoTime();
	}

	long leftMillis() {
		return TimeUnit.NANOSECONDS.toMillis(Math.max(0, left()));
	}

}
