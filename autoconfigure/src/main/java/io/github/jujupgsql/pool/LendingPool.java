package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * What borrowers do with a server's pool. A connection is lent only once it is known that
 * its server has the pool's role.
 */
abstract class LendingPool extends AbstractServerPool {

	final SessionFitness fitness;

	final FaultReporter faults;

	final FaultNotes notes;

	private final ConnectionVerifier verifier;

	/** The threads that wait for a connection, for longer than a moment. */
	private final AtomicInteger waiting = new AtomicInteger();

	LendingPool(String server, String name, ServerConnections connections, PoolListener listener) {
		super(server, name, connections);
		this.fitness = new SessionFitness(connections);
		this.faults = new FaultReporter(connections, server, describe(), () -> listener.suspected(self()));
		this.notes = new FaultNotes(self(), listener);
		this.verifier = new ConnectionVerifier(this, connections, this.fitness, this.faults);
		connections.whenBroken(this.faults::connectionBroke);
	}

	/**
	 * Return this pool, as borrowers and the thread that assigns roles know it.
	 * @return the same object
	 */
	abstract ServerPool self();

	/**
	 * Borrow a connection without looking at the clock, and without asking the server.
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @return a {@link Connection} if it may be lent, otherwise an
	 * {@link UnverifiedConnection}
	 * @throws SQLTransientConnectionException if none is to be had in time
	 * @throws SQLException if the thread is interrupted
	 */
	public final AutoCloseable borrow(long timeoutMillis) throws SQLException {
		Connection connection = getConnection(timeoutMillis);
		return this.verifier.trusts(connection) ? connection : new UnverifiedConnection(this, connection);
	}

	/**
	 * Borrow a connection of a pool that may be left meanwhile: that ends the wait,
	 * however late this thread comes for it. If need be, the server is asked on it first.
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @param terms what the borrower wants
	 * @return the connection, or {@code null} if the one that was to be had is of no use
	 * to this borrower
	 * @throws SQLTransientConnectionException if none is to be had in time, or here
	 * @throws WrongRoleException if the server is not what it is taken for
	 * @throws SQLException if the thread is interrupted
	 */
	public final @Nullable Connection borrow(long timeoutMillis, BorrowTerms terms) throws SQLException {
		return verify(awaitConnection(timeoutMillis), terms);
	}

	final @Nullable Connection verify(Connection connection, BorrowTerms terms) throws SQLException {
		if (!terms.isServedBy(self())) {
			connection.close();
			return null;
		}
		boolean fit = this.verifier.trusts(connection) || this.verifier.ask(connection, terms.answerTimeoutMillis());
		return fit ? connection : null;
	}

	/**
	 * Open a connection for a user of the application's own, beside the pool. Its server
	 * is not in recovery, but may not be the primary any more.
	 * @param user who connects
	 * @param password that user's password, or {@code null} for none
	 * @param timeout how long it may take
	 * @return the connection, which ends when it is closed
	 * @throws SQLTransientConnectionException if the server cannot be reached, or has
	 * left
	 * @throws WrongRoleException if it is in recovery
	 * @throws SQLException if it refuses the user
	 */
	public final Connection connectAs(String user, @Nullable String password, Duration timeout) throws SQLException {
		return this.connections.getUnpooled().open(user, password, timeout);
	}

	/**
	 * Get a connection that may not be lent yet.
	 */
	final Connection getConnection(long timeoutMillis) throws SQLException {
		HikariAdapter pool = adapter();
		if (pool == null) {
			throw new IllegalStateException("Pool " + getName() + " is not open yet");
		}
		return pool.getConnection(timeoutMillis);
	}

	private Connection awaitConnection(long timeoutMillis) throws SQLException {
		this.waiting.incrementAndGet();
		try {
			if (isRetired()) {
				throw this.connections.getOpener().retired(null);
			}
			return getConnection(timeoutMillis);
		}
		finally {
			this.waiting.decrementAndGet();
		}
	}

	/**
	 * Return whether there are threads to be sent away. Those that do not count yet see
	 * that the pool is retired, if it was so before this is called.
	 * @return whether some wait, or are about to
	 */
	final boolean isWaitedFor() {
		return this.waiting.get() > 0 || hasQueue();
	}

	/**
	 * Count, as HikariCP has measured it, how long the borrower has waited to which this
	 * thread has just lent a connection.
	 */
	public final void countBorrow() {
		HikariAdapter pool = adapter();
		if (pool != null) {
			pool.metrics().acquired();
		}
	}

	/**
	 * Count how long a borrower has waited to which a connection has been lent.
	 * @param waited how long, in nanoseconds
	 */
	public final void countBorrow(long waited) {
		HikariAdapter pool = adapter();
		if (pool != null) {
			pool.metrics().acquired(waited);
		}
	}

	/**
	 * Take note that a connection is lent for reading, unless its server has been
	 * promoted: it tells so with the answer to the last read.
	 * @param connection one that has been borrowed here
	 * @throws SQLException if the connection is of no use
	 */
	public final void lendForReading(Connection connection) throws SQLException {
		this.verifier.lendForReading(connection);
	}

	/**
	 * Take note that a connection's session refuses to write until it is returned.
	 * @param connection one that has been borrowed here
	 * @throws SQLException if the connection is of no use
	 */
	public final void lendReadOnlySession(Connection connection) throws SQLException {
		connection.unwrap(PhysicalConnection.class).setReadOnlySession(true);
	}

	/**
	 * Get rid of a connection instead of returning it.
	 * @param connection one that has been borrowed here
	 */
	public final void evict(Connection connection) {
		HikariAdapter pool = adapter();
		if (pool != null) {
			pool.evict(connection);
		}
	}

	/**
	 * Describe that the server does not answer.
	 * @return the server, and why no connection could be opened if that is known
	 */
	public final String describeSilence() {
		String failure = this.connections.getLastAttempt().failure();
		return getServer() + ": " + ((failure != null) ? failure : "no answer");
	}

	/**
	 * Count and describe that a borrower has waited in vain.
	 * @param timeout how long it has waited
	 * @param last what it got the last time it looked up
	 * @return what to tell it
	 */
	public final SQLException timedOut(Duration timeout, @Nullable SQLException last) {
		StringBuilder message = new StringBuilder(getName())
			.append(" - Connection is not available, request timed out after ")
			.append(timeout.toMillis())
			.append("ms");
		HikariAdapter pool = adapter();
		if (pool != null) {
			pool.metrics().timedOut(timeout.toNanos());
			message.append(" (").append(pool).append(')');
		}
		String lastFailure = this.connections.getLastAttempt().failure();
		if (lastFailure != null) {
			message.append(". ").append(getServer()).append(" cannot be reached: ").append(lastFailure);
		}
		else if (last instanceof WrongRoleException) {
			message.append(". ").append(last.getMessage());
		}
		return new SQLTransientConnectionException(message.toString(), (last != null) ? last.getSQLState() : null,
				last);
	}

}
