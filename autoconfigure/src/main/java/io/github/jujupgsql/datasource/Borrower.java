package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.UnverifiedConnection;
import org.jspecify.annotations.Nullable;

/**
 * Borrows connections of whichever server plays a role at the moment.
 */
final class Borrower {

	/**
	 * The fast path does without {@link System#nanoTime()}, which costs 20 % of a borrow.
	 * The timeout is short because it is charged in full.
	 */
	private static final long FAST_PATH_TIMEOUT_MILLIS = 10;

	private static final long FAST_PATH_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(FAST_PATH_TIMEOUT_MILLIS);

	private final RoleView view;

	private final PoolAccess pools;

	private final long timeoutNanos;

	Borrower(RoleView view) {
		this.view = view;
		this.pools = new PoolAccess(view);
		this.timeoutNanos = Deadline.nanos(view.connectionTimeout());
	}

	/**
	 * Borrow a connection.
	 * @return the connection
	 * @throws SQLException if none is to be had within the connection timeout
	 */
	Connection borrow() throws SQLException {
		RoleTable table = this.view.table();
		ServerPool pool = this.view.role().pick(table, null);
		if (pool == null || pool.hasQueue()) {
			return borrow(pool, deadline()).connection();
		}
		AutoCloseable borrowed = this.pools.tryBorrow(pool, FAST_PATH_TIMEOUT_MILLIS);
		if (borrowed == null) {
			return borrow(pool, deadlineAfterFastPath()).connection();
		}
		if (borrowed instanceof UnverifiedConnection unverified) {
			// the clock starts before the server is asked
			return timed(pool, deadlineAfterFastPath()).goOnWith(pool, unverified);
		}
		Connection lent = tryLend(pool, (Connection) borrowed, table);
		if (lent == null) {
			return borrow(pool, deadlineAfterFastPath()).connection();
		}
		pool.countBorrow();
		return lent;
	}

	/**
	 * Borrow a connection by the clock.
	 * @param except a pool that has just been tried in vain, if there is one
	 * @param deadline until when to wait
	 * @return the connection and its pool
	 * @throws SQLException if none is to be had
	 */
	Loan borrow(@Nullable ServerPool except, Deadline deadline) throws SQLException {
		return timed(except, deadline).borrow();
	}

	/**
	 * Borrow a connection by the clock, and wait as told while no server plays the role.
	 * @param except a pool that has just been tried in vain, if there is one
	 * @param deadline until when to wait
	 * @param serverWait how to wait for a server
	 * @return the connection and its pool
	 * @throws SQLException if none is to be had
	 */
	Loan borrow(@Nullable ServerPool except, Deadline deadline, ServerWait serverWait) throws SQLException {
		return new TimedBorrow(this.pools, except, deadline, serverWait).borrow();
	}

	private TimedBorrow timed(@Nullable ServerPool tried, Deadline deadline) {
		return new TimedBorrow(this.pools, tried, deadline, serverWait(deadline));
	}

	/**
	 * Return how a borrower waits while no server plays the role.
	 * @param deadline until when it waits
	 * @return the wait
	 */
	ServerWait serverWait(Deadline deadline) {
		return new ServerWait(this.view, deadline);
	}

	RoleTable table() {
		return this.view.table();
	}

	/**
	 * Return until when a borrower waits that begins now.
	 */
	Deadline deadline() {
		return Deadline.in(this.timeoutNanos);
	}

	private Deadline deadlineAfterFastPath() {
		return Deadline.in(this.timeoutNanos - FAST_PATH_TIMEOUT_NANOS);
	}

	private @Nullable Connection tryLend(ServerPool pool, Connection connection, RoleTable picked) throws SQLException {
		try {
			return this.pools.lend(pool, connection, picked);
		}
		catch (SQLTransientConnectionException ex) {
			return null;
		}
	}

}
