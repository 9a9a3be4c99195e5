package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What has been committed in a scope: up to which position of the primary's write-ahead
 * log a replica must have replayed to know it. Positions are counted in bytes from the
 * log's beginning.
 * <p>
 * Guarded by itself: several threads may take part in a scope.
 */
final class Writes {

	private long position;

	/** How many connections may have committed something and have yet to say where. */
	private int open;

	private boolean lost;

	/** Those that lead to a server that has replayed up to the position. */
	private final Set<Connection> upToDate = Collections.newSetFromMap(new IdentityHashMap<>());

	/**
	 * Take note, before it is so, that a connection may have committed something.
	 */
	synchronized void committing() {
		this.open++;
	}

	/**
	 * Take note of where that was.
	 * @param position not before the end of the commit
	 */
	synchronized void committed(long position) {
		this.open--;
		if (position > this.position) {
			this.position = position;
			this.upToDate.clear();
		}
	}

	/**
	 * Take note that nobody will tell where that was.
	 */
	synchronized void lost() {
		this.open--;
		this.lost = true;
	}

	synchronized boolean isEmpty() {
		return this.position == 0 && !isUnknown();
	}

	/**
	 * Return whether something may have been committed of which it is not known where.
	 * @return whether only the primary is certain to know it
	 */
	synchronized boolean isUnknown() {
		return this.lost || this.open > 0;
	}

	synchronized long getPosition() {
		return this.position;
	}

	synchronized boolean areKnownTo(Connection connection) {
		return this.upToDate.contains(connection);
	}

	/**
	 * Take note of how far a connection's server has replayed.
	 * @param connection the connection
	 * @param upTo the position
	 * @return whether that is far enough
	 */
	synchronized boolean learnt(Connection connection, long upTo) {
		boolean enough = upTo >= this.position;
		if (enough) {
			this.upToDate.add(connection);
		}
		return enough;
	}

}
