package io.github.jujupgsql.datasource;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * Keeps threads that wait for a primary that is missing from taking the rest of the
 * application down: the bulkhead of both DataSources. Whoever waits for the primary is
 * counted, for a server as well as for a connection; while the primary is missing, no
 * more of them wait than may. Replicas' borrowers count while they wait for the primary
 * because no standby is fit.
 * <p>
 * Can be used by any thread. A borrower that is served at once never comes here.
 *
 * @since 0.1.0
 */
public final class PrimaryWaiters {

	private final int maximum;

	private final @Nullable Duration missingTimeout;

	private final AtomicInteger waiting = new AtomicInteger();

	private final LongAdder refused = new LongAdder();

	private final List<Listener> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Create a count that begins at 0.
	 * @param maximum how many threads may wait for a primary that is missing, or
	 * {@code null} if any number may
	 * @param missingTimeout how long each waits for one, apart from a connection of a
	 * primary that is busy, or {@code null} if the connection timeout is for both
	 */
	public PrimaryWaiters(@Nullable Integer maximum, @Nullable Duration missingTimeout) {
		this.maximum = (maximum != null) ? maximum : Integer.MAX_VALUE;
		this.missingTimeout = missingTimeout;
	}

	/**
	 * Return how many threads wait for the primary, or for a connection to it.
	 * @return the number now
	 */
	public int getWaiting() {
		return this.waiting.get();
	}

	/**
	 * Return how many threads have been refused because too many waited.
	 * @return the number so far
	 */
	public long getRefused() {
		return this.refused.sum();
	}

	/**
	 * Have it told from now on how long borrowers have waited for a server.
	 * @param listener called by the borrowers; must not block
	 */
	public void addListener(Listener listener) {
		this.listeners.add(listener);
	}

	int getMaximum() {
		return this.maximum;
	}

	/**
	 * Return how long a borrower waits for a primary that is missing.
	 * @return how long, or {@code null} if that is not told apart
	 */
	@Nullable Duration getMissingTimeout() {
		return this.missingTimeout;
	}

	/**
	 * Return whether a borrower that waits in a pool has to look up now and then.
	 */
	boolean isWatchful() {
		return this.maximum != Integer.MAX_VALUE || this.missingTimeout != null;
	}

	/**
	 * Count a thread that is about to wait.
	 * @param missing whether the primary is missing
	 * @return whether it may wait; if not, it is not counted
	 */
	boolean enter(boolean missing) {
		while (true) {
			int before = this.waiting.get();
			if (missing && before >= this.maximum) {
				this.refused.increment();
				return false;
			}
			if (this.waiting.compareAndSet(before, before + 1)) {
				return true;
			}
		}
	}

	/**
	 * Have a thread that is counted leave if there are too many, as those that have
	 * waited for a connection may be once the primary is missing.
	 * @return whether it may go on to wait; if not, it is not counted any more
	 */
	boolean stay() {
		while (true) {
			int before = this.waiting.get();
			if (before <= this.maximum) {
				return true;
			}
			if (this.waiting.compareAndSet(before, before - 1)) {
				this.refused.increment();
				return false;
			}
		}
	}

	/**
	 * Count a thread no more.
	 */
	void leave() {
		this.waiting.decrementAndGet();
	}

	void tell(String role, long nanos, boolean served) {
		this.listeners.forEach((listener) -> listener.waited(role, nanos, served));
	}

	/**
	 * Hears how long borrowers have waited for a server, once they have a connection or
	 * have given up. Those that have not waited for one are not told.
	 */
	@FunctionalInterface
	public interface Listener {

		/**
		 * A borrower has waited.
		 * @param role what it borrows for: {@code primary} or {@code replica}
		 * @param nanos for how long there was no server for it
		 * @param served whether it has got a connection
		 */
		void waited(String role, long nanos, boolean served);

	}

}
