package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test turns it. It overflows soon, as that of the
 * machine may.
 */
final class TurnedTicker implements Ticker {

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);

	@Override
	public long nanoTime() {
		return this.nanos.get();
	}

	void turn(Duration by) {
		this.nanos.addAndGet(by.toNanos());
	}

}
