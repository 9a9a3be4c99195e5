package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that are open to one server, and the epoch in which each was last
 * verified to lead to a server of the right role.
 * <p>
 * A broken connection, a refused write or a new role starts a new epoch; a connection may
 * be lent only if it was verified in the current one. {@link #epoch}, {@link #asked} and
 * {@link #unverified} are written under this object's monitor. A borrower reads
 * {@link #unverified} alone, and needs no more: a connection gets into the pool only
 * after it has been added here, and a server gets a role only after a new epoch has
 * begun. A connection that breaks stays here until HikariCP closes it, because it may be
 * borrowed until then.
 */
final class VerifiedConnections {

	/** Before any epoch. */
	static final long UNVERIFIED = -1;

	private final Map<Connection, Long> verifiedIn = new ConcurrentHashMap<>();

	private volatile long epoch;

	/** The last epoch for which what the driver knows of a session is not enough. */
	private volatile long asked;

	private volatile boolean unverified = true;

	/**
	 * Return the current epoch.
	 * @return its number
	 */
	long currentEpoch() {
		return this.epoch;
	}

	/**
	 * Add a connection that has just been opened.
	 * @param connection the connection
	 * @param epoch when it was verified, or {@link #UNVERIFIED}
	 */
	synchronized void add(Connection connection, long epoch) {
		this.verifiedIn.put(connection, epoch);
		settle();
	}

	/**
	 * Return whether there are connections that have yet to be verified in this epoch.
	 * @return {@code false} if every one may be lent as it is
	 */
	boolean hasUnverified() {
		return this.unverified;
	}

	/**
	 * Return whether a connection may be lent as it is.
	 * @param connection the connection
	 * @return whether it was verified in this epoch
	 */
	boolean isVerified(Connection connection) {
		Long verified = this.verifiedIn.get(connection);
		return verified != null && verified == currentEpoch();
	}

	boolean contains(Connection connection) {
		return this.verifiedIn.containsKey(connection);
	}

	boolean wasNeverVerified(Connection connection) {
		return this.verifiedIn.getOrDefault(connection, UNVERIFIED) == UNVERIFIED;
	}

	/**
	 * Take note that a connection leads to a server of the right role.
	 * @param connection the connection
	 * @param epoch the current one when the server was asked
	 */
	synchronized void markVerified(Connection connection, long epoch) {
		this.verifiedIn.replace(connection, epoch);
		settle();
	}

	/**
	 * Start a new epoch, in which the server has to answer on each connection.
	 * @return the epoch
	 */
	synchronized long nextEpoch() {
		this.unverified = true;
		this.asked = ++this.epoch;
		return this.epoch;
	}

	/**
	 * Have one connection verified before it is lent again.
	 * @param connection the connection
	 */
	synchronized void markUnverified(Connection connection) {
		if (this.verifiedIn.replace(connection, UNVERIFIED) != null) {
			this.unverified = true;
		}
	}

	/**
	 * Start a new epoch, in which what the driver knows of a session will do if the
	 * server has answered there since the last {@link #nextEpoch()}.
	 */
	synchronized void nextEpochByDriver() {
		this.unverified = true;
		this.epoch++;
	}

	/**
	 * Return whether the server has to answer on a connection before that is lent.
	 * @param connection the connection
	 * @return whether it has not done so since the last {@link #nextEpoch()}
	 */
	boolean mustAnswer(Connection connection) {
		return this.verifiedIn.getOrDefault(connection, UNVERIFIED) < this.asked;
	}

	/**
	 * Forget a connection that HikariCP has closed.
	 * @param connection the connection
	 */
	synchronized void remove(Connection connection) {
		this.verifiedIn.remove(connection);
		settle();
	}

	private void settle() {
		this.unverified = this.verifiedIn.values().stream().anyMatch((verified) -> verified != this.epoch);
	}

	/**
	 * Return how many are open.
	 * @return the number
	 */
	int size() {
		return (int) this.verifiedIn.keySet().stream().filter((connection) -> !isClosed(connection)).count();
	}

	/**
	 * Forget all connections.
	 * @return those that are still open
	 */
	synchronized Collection<Connection> removeAll() {
		Collection<Connection> open = List.copyOf(this.verifiedIn.keySet());
		this.verifiedIn.clear();
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
