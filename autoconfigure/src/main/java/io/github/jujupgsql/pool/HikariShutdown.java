package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Closes a pool of HikariCP whose server has left. Closing wakes no thread that waits
 * inside, and trips over connections that come back late. An application may suspend the
 * pool at any time, also while it is being shut down; then it is resumed, for HikariCP
 * keeps threads waiting in a suspended pool without a timeout, closed or not.
 * <p>
 * It really waits, and so by the machine's own clock: one that a test has stopped would
 * never let it end.
 */
final class HikariShutdown {

	private final HikariAdapter adapter;

	private final BooleanSupplier waitedFor;

	private final PoolTimes times;

	/**
	 * Begin to shut a pool down.
	 * @param adapter the pool, whose source gives out a {@link PoisonPillConnection} from
	 * now on
	 * @param waitedFor whether there are threads to be sent away, or about to be
	 * @param times how long to wait, and how often to look
	 */
	HikariShutdown(HikariAdapter adapter, BooleanSupplier waitedFor, PoolTimes times) {
		this.adapter = adapter;
		this.waitedFor = waitedFor;
		this.times = times;
	}

	/**
	 * Give every thread that waits inside HikariCP a connection that leads nowhere, so
	 * that it looks for another pool. One is enough, for each thread that returns it
	 * hands it to the next.
	 */
	void sendWaitersAway() {
		// what is evicted need not be replaced
		this.adapter.keepNothingIdle();
		this.adapter.makeRoomForOneMore();
		this.adapter.resume();
		long deadline = System.nanoTime() + this.times.sendAwayTimeout().toNanos();
		while (this.waitedFor.getAsBoolean() && System.nanoTime() - deadline < 0) {
			this.adapter.fillForWaiting();
			LockSupport.parkNanos(this.times.sendAwayPoll().toNanos());
			this.adapter.resume();
		}
	}

	/**
	 * Wait until all connections are returned, unless this thread is interrupted.
	 * @param inUse counts them
	 * @param timeout how long to wait
	 */
	void awaitReturns(IntSupplier inUse, Duration timeout) {
		long start = System.nanoTime();
		while (inUse.getAsInt() > 0 && System.nanoTime() - start < timeout.toNanos()
				&& !Thread.currentThread().isInterrupted()) {
			this.adapter.resume();
			LockSupport.parkNanos(this.times.returnPoll().toNanos());
		}
	}

	/**
	 * Close the pool, unless it is closed.
	 */
	void close() {
		if (this.adapter.isClosed()) {
			return;
		}
		sendWaitersAway();
		// A thread of HikariCP that has just closed an evicted connection asks for the
		// pool's monitor; closing holds it and waits ten seconds for that thread
		LockSupport.parkNanos(this.times.evictionGrace().toNanos());
		this.adapter.resume();
		// HikariCP trips over broken connections that come back to a pool that is closed
		awaitReturns(this.adapter::active, this.times.returnTimeout());
		this.adapter.close();
	}

}
