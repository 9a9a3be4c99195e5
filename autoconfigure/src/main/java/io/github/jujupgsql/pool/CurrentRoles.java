package io.github.jujupgsql.pool;

import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Holds the table of roles and lets borrowers wait for the next one.
 * <p>
 * Only the thread that assigns roles publishes. A reader sees a whole table, the latest
 * or one before it, and must be ready for it to be replaced at any moment.
 *
 * @since 0.1.0
 */
public final class CurrentRoles {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private volatile RoleTable table = RoleTable.EMPTY;

	/** Written by the thread that assigns roles. */
	private volatile PrimaryPresence presence = PrimaryPresence.beginning();

	/**
	 * Return the table in force.
	 * @return the roles now
	 */
	public RoleTable current() {
		return this.table;
	}

	/**
	 * Return whether there is no primary, or the one in the table does not answer and it
	 * is not known whether it comes back.
	 * @param table a table that has been in force
	 * @return whether it is of no use to expect that a busy primary will be idle soon
	 */
	public boolean isPrimaryMissing(RoleTable table) {
		return table.primary() == null || this.presence.missing();
	}

	/**
	 * Return since when the primary is missing.
	 * @return since when, or {@code null} if it is not, or there has never been one
	 */
	public @Nullable Instant getPrimaryMissingSince() {
		return this.presence.lostAt();
	}

	/**
	 * Return whether there has ever been a primary.
	 * @return whether one has confirmed its role
	 */
	public boolean hasHadPrimary() {
		PrimaryPresence now = this.presence;
		return !now.missing() || now.lostAt() != null;
	}

	/**
	 * Return for how long the primary has been missing so far, all told. How much that
	 * has grown meanwhile is how much of a wait has been for a primary that was missing.
	 * @return the time in nanoseconds
	 */
	public long getPrimaryMissingNanos() {
		return this.presence.missingNanos(System.nanoTime());
	}

	/**
	 * Take note of whether the primary is missing, before a table that says so is
	 * published.
	 */
	void setPresence(PrimaryPresence presence) {
		this.presence = presence;
	}

	PrimaryPresence getPresence() {
		return this.presence;
	}

	/**
	 * Wait until the table is another than one already seen.
	 * @param seen the table that did not serve
	 * @param deadline until when to wait, as of {@link System#nanoTime()}
	 * @return the table in force, the one seen if the time is up
	 * @throws InterruptedException if the waiting thread is interrupted
	 */
	public RoleTable awaitOtherThan(RoleTable seen, long deadline) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long left = deadline - System.nanoTime();
			while (this.table == seen && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return this.table;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Put another table in force.
	 * @param next the table
	 * @return how many threads have waited for it
	 */
	int publish(RoleTable next) {
		this.lock.lock();
		try {
			int waiting = this.lock.getWaitQueueLength(this.changed);
			this.table = next;
			this.changed.signalAll();
			return waiting;
		}
		finally {
			this.lock.unlock();
		}
	}

}
