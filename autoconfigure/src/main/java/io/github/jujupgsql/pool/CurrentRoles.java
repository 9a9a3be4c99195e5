package io.github.jujupgsql.pool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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

	/**
	 * Return the table in force.
	 * @return the roles now
	 */
	public RoleTable current() {
		return this.table;
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
