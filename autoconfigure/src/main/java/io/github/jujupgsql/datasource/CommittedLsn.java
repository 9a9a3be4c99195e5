package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * How far a scope has committed: the position (LSN) in the primary's write-ahead log that
 * a replica must have replayed to show the scope its own writes, in bytes from the log's
 * beginning. The position is unknown while a commit may be under way, and for good once
 * the server could not be asked for it.
 * <p>
 * Guarded by itself, because several threads may take part in a scope.
 */
final class CommittedLsn {

	private long position;

	/** How many connections may have committed and have yet to report their position. */
	private int pending;

	private boolean lost;

	/** Connections to servers that have replayed the position. */
	private final Set<Connection> upToDate = Collections.newSetFromMap(new IdentityHashMap<>());

	/**
	 * Announce that a connection may be about to commit.
	 */
	synchronized void begin() {
		this.pending++;
	}

	/**
	 * Report the position of a commit that has been announced.
	 * @param position not before the end of the commit
	 */
	synchronized void complete(long position) {
		this.pending--;
		if (position > this.position) {
			this.position = position;
			this.upToDate.clear();
		}
	}

	/**
	 * Report that the position of a commit that has been announced cannot be found out.
	 */
	synchronized void lose() {
		this.pending--;
		this.lost = true;
	}

	/**
	 * Return whether nothing has been committed.
	 * @return whether any server shows the scope its writes
	 */
	synchronized boolean isEmpty() {
		return this.position == 0 && !isUnknown();
	}

	/**
	 * Return whether there may be a commit whose position is not known.
	 * @return whether only the primary is certain to show it
	 */
	synchronized boolean isUnknown() {
		return this.lost || this.pending > 0;
	}

	synchronized long getPosition() {
		return this.position;
	}

	/**
	 * Return whether a connection's server is known to have replayed the position.
	 * @param connection the driver's connection
	 * @return whether it has said so before
	 */
	synchronized boolean isReplayedBy(Connection connection) {
		return this.upToDate.contains(connection);
	}

	/**
	 * Compare how far a connection's server has replayed, and keep that if it is enough:
	 * a server does not fall back behind a position.
	 * @param connection the driver's connection
	 * @param replayed the server's position
	 * @return whether that is far enough
	 */
	synchronized boolean update(Connection connection, long replayed) {
		boolean enough = replayed >= this.position;
		if (enough) {
			this.upToDate.add(connection);
		}
		return enough;
	}

}
