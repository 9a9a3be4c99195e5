package io.github.jujupgsql.pool;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Tells on which connection of a pool a thread works that has just got an exception:
 * HikariCP, which asks about it, does not say. Costs something only then.
 * <p>
 * A connection that is aborted by another thread meanwhile is still known here.
 */
final class ThreadConnections {

	/** Guarded by itself. */
	private final Set<PhysicalConnection> opened = Collections.newSetFromMap(new WeakHashMap<>());

	void add(PhysicalConnection connection) {
		synchronized (this.opened) {
			this.opened.add(connection);
		}
	}

	/**
	 * Return whether what this thread was doing on a connection that has just failed may
	 * have changed something.
	 * @return whether it may, also if it is not known which connection that was
	 */
	boolean mayHaveWritten() {
		List<PhysicalConnection> used = ofThisThread();
		List<PhysicalConnection> broken = used.stream().filter(VerifiedConnections::isClosed).toList();
		return used.isEmpty()
				|| (broken.isEmpty() ? used : broken).stream().anyMatch(PhysicalConnection::mayHaveWritten);
	}

	/**
	 * Return whether the application may want nothing to be written where this thread
	 * works.
	 */
	boolean isMadeReadOnly() {
		return ofThisThread().stream().anyMatch(PhysicalConnection::isMadeReadOnly);
	}

	private List<PhysicalConnection> ofThisThread() {
		long thread = Thread.currentThread().getId();
		synchronized (this.opened) {
			return this.opened.stream().filter((connection) -> connection.isUsedBy(thread)).toList();
		}
	}

}
