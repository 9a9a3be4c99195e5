package io.github.jujupgsql.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts a server's reads, in one number because borrowing pays for each: those that have
 * begun, and in the last 16 bits those that are under way, of which there are no more
 * than connections.
 */
final class ReadCounter {

	private static final int BITS = 16;

	private static final long UNDER_WAY = (1L << BITS) - 1;

	private final AtomicLong reads = new AtomicLong();

	void begun() {
		this.reads.addAndGet((1L << BITS) + 1);
	}

	void returned() {
		this.reads.decrementAndGet();
	}

	int underWay() {
		return (int) (this.reads.get() & UNDER_WAY);
	}

	/**
	 * Return how many reads have come back.
	 */
	long returnedUntilNow() {
		long now = this.reads.get();
		return (now >>> BITS) - (now & UNDER_WAY);
	}

}
