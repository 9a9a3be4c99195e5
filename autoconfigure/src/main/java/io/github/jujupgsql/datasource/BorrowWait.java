package io.github.jujupgsql.datasource;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * How long one borrower waits, and how much of that is for a server that is missing. With
 * a timeout for that, each of the two has a clock of its own, which stands still while
 * the other one runs.
 */
final class BorrowWait {

	/**
	 * After how long a borrower first looks up from its place in a pool's queue, which
	 * that costs it: the primary may be missing now, and too many may wait.
	 */
	private static final long FIRST_LOOK_MILLIS = 500;

	private final RoleView view;

	private final PrimaryWaiters waiters;

	private final Deadline deadline;

	private final ServerWait serverWait;

	private boolean counted;

	private long missedNanos;

	private long nextLookMillis = FIRST_LOOK_MILLIS;

	BorrowWait(RoleView view, Deadline deadline, ServerWait serverWait) {
		this.view = view;
		this.waiters = view.waiters();
		this.deadline = deadline;
		this.serverWait = serverWait;
	}

	/**
	 * Begin to wait, or go on, with the roles as they are now.
	 * @throws TooManyWaitersException if the primary is missing and too many wait for it
	 */
	void enter(RoleTable table) throws TooManyWaitersException {
		if (!this.view.role().waitsForPrimary(table)) {
			leave();
			return;
		}
		boolean missing = this.view.roles().isPrimaryMissing(table);
		boolean admitted = this.counted ? (!missing || this.waiters.stay()) : this.waiters.enter(missing);
		this.counted = admitted;
		if (!admitted) {
			throw new TooManyWaitersException(Math.max(this.waiters.getWaiting(), this.waiters.getMaximum()),
					this.waiters.getMaximum(), this.view.missingReason(table));
		}
	}

	/**
	 * Wait until other roles are published.
	 */
	void awaitServer(RoleTable table) throws SQLException {
		long before = System.nanoTime();
		try {
			if (isTimed(table)) {
				this.view.awaitOtherThan(table, Deadline.in(left(table)));
			}
			else {
				this.serverWait.await(table);
			}
		}
		finally {
			this.missedNanos += System.nanoTime() - before;
		}
	}

	/**
	 * Wait in a pool.
	 * @param waiting does it
	 * @return what it returns
	 */
	<T extends @Nullable Object> T inPool(ServerPool pool, RoleTable table, Waiting<T> waiting) throws SQLException {
		if (pool != table.primary()) {
			return waiting.await();
		}
		long missedBefore = this.view.roles().getPrimaryMissingNanos();
		long before = System.nanoTime();
		try {
			return waiting.await();
		}
		finally {
			// that the primary is missing is known a while after it began
			long missed = this.view.roles().getPrimaryMissingNanos() - missedBefore;
			this.missedNanos += Math.min(missed, System.nanoTime() - before);
		}
	}

	/**
	 * Return for how long to wait in a pool before the roles are looked at again.
	 * @param table the roles now
	 * @param longest the longest that makes sense there, in milliseconds
	 * @return the time in milliseconds
	 */
	long millisInPool(RoleTable table, long longest) {
		long millis = Math.min(longest, TimeUnit.NANOSECONDS.toMillis(Math.max(0, left(table))));
		if (!this.waiters.isWatchful() || !this.view.role().waitsForPrimary(table)) {
			return millis;
		}
		if (this.view.roles().isPrimaryMissing(table)) {
			return Math.min(millis, FIRST_LOOK_MILLIS);
		}
		long look = this.nextLookMillis;
		this.nextLookMillis *= 2;
		return Math.min(millis, look);
	}

	boolean isOver(RoleTable table) {
		return left(table) <= 0;
	}

	/**
	 * Return whether the clock runs that is for a primary that is missing.
	 */
	boolean isTimed(RoleTable table) {
		return this.waiters.getMissingTimeout() != null && this.view.role().waitsForPrimary(table)
				&& this.view.roles().isPrimaryMissing(table);
	}

	/**
	 * Return how much time is left, by the clock that runs now.
	 * @return the nanoseconds
	 */
	long left(RoleTable table) {
		Duration missingTimeout = this.waiters.getMissingTimeout();
		if (missingTimeout == null) {
			return this.deadline.left();
		}
		return isTimed(table) ? Deadline.nanos(missingTimeout) - this.missedNanos
				: this.deadline.left() + this.missedNanos;
	}

	/**
	 * End, and tell for how long a server was missing.
	 * @param served whether the borrower has got a connection
	 */
	void end(boolean served) {
		leave();
		if (this.missedNanos > 0) {
			this.waiters.tell(this.view.role().label(), this.missedNanos, served);
		}
	}

	private void leave() {
		if (this.counted) {
			this.counted = false;
			this.waiters.leave();
		}
	}

	/**
	 * Waits in a pool.
	 */
	interface Waiting<T extends @Nullable Object> {

		T await() throws SQLException;

	}

}
