package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that are open to one server, and when each has last said what its
 * server is.
 * <p>
 * Time is counted in doubts: there is one more whenever a connection breaks, a write is
 * refused or the server is given another role, and what a connection has said before the
 * last one counts for nothing. {@link #doubts}, {@link #lastSerious} and {@link #inDoubt}
 * are written under this object's monitor, by whoever doubts or has asked. A borrower
 * reads {@link #inDoubt} alone, and needs no more: a connection gets into the pool only
 * after it has been added here, and a server gets a role only after everything about it
 * has been doubted. A connection that breaks stays here until HikariCP closes it, because
 * it may be borrowed until then.
 */
final class OpenConnections {

	/** Older than any doubt. */
	static final long NEVER = -1;

	private final Map<Connection, Long> askedAt = new ConcurrentHashMap<>();

	private volatile long doubts;

	/** The last doubt that only an answer of the server settles. */
	private volatile long lastSerious;

	private volatile boolean inDoubt = true;

	/**
	 * Return the time.
	 * @return how many doubts there have been
	 */
	long now() {
		return this.doubts;
	}

	/**
	 * Add a connection that has just been opened.
	 * @param connection the connection
	 * @param at when it said that its server is what it should be, or {@link #NEVER}
	 */
	synchronized void add(Connection connection, long at) {
		this.askedAt.put(connection, at);
		settle();
	}

	/**
	 * Return whether there are connections that have yet to answer since the last doubt.
	 * @return {@code false} if every one may be lent without being asked
	 */
	boolean isInDoubt() {
		return this.inDoubt;
	}

	/**
	 * Return whether a connection may be lent without being asked.
	 * @param connection the connection
	 * @return whether it has answered since the last doubt
	 */
	boolean isTrusted(Connection connection) {
		Long at = this.askedAt.get(connection);
		return at != null && at == now();
	}

	boolean contains(Connection connection) {
		return this.askedAt.containsKey(connection);
	}

	boolean hasNeverAnswered(Connection connection) {
		return this.askedAt.getOrDefault(connection, NEVER) == NEVER;
	}

	/**
	 * Take note that a connection has said what it should.
	 * @param connection the connection
	 * @param at when it was asked
	 */
	synchronized void answered(Connection connection, long at) {
		this.askedAt.replace(connection, at);
		settle();
	}

	/**
	 * Count nothing that has been said until now.
	 * @return the time from which on it counts
	 */
	synchronized long doubtAll() {
		this.inDoubt = true;
		this.lastSerious = ++this.doubts;
		return this.doubts;
	}

	/**
	 * Have one connection answer before it is lent again.
	 * @param connection the connection
	 */
	synchronized void doubt(Connection connection) {
		if (this.askedAt.replace(connection, NEVER) != null) {
			this.inDoubt = true;
		}
	}

	/**
	 * Have every connection looked at before it is lent again. What the driver knows of
	 * its session will do, if the server has answered since the last {@link #doubtAll()}.
	 */
	synchronized void lookAtAll() {
		this.inDoubt = true;
		this.doubts++;
	}

	/**
	 * Return whether the server has to answer on a connection before that is lent.
	 * @param connection the connection
	 * @return whether it has not done so since the last {@link #doubtAll()}
	 */
	boolean mustAnswer(Connection connection) {
		return this.askedAt.getOrDefault(connection, NEVER) < this.lastSerious;
	}

	/**
	 * Forget a connection that HikariCP has closed.
	 * @param connection the connection
	 */
	synchronized void remove(Connection connection) {
		this.askedAt.remove(connection);
		settle();
	}

	private void settle() {
		this.inDoubt = this.askedAt.values().stream().anyMatch((at) -> at != this.doubts);
	}

	/**
	 * Return how many are open.
	 * @return the number
	 */
	int size() {
		return (int) this.askedAt.keySet().stream().filter((connection) -> !isClosed(connection)).count();
	}

	/**
	 * Forget all connections.
	 * @return those that are still open
	 */
	synchronized Collection<Connection> removeAll() {
		Collection<Connection> open = List.copyOf(this.askedAt.keySet());
		this.askedAt.clear();
		return open.stream().filter((connection) -> !isClosed(connection)).toList();
	}

	static boolean isClosed(Connection connection) {
		try {
			return connection.isClosed();
		}
		catch (SQLException ex) {
			return true;
		}
	}

}
