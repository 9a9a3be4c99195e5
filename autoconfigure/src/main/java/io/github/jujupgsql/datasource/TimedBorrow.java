package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.BorrowTerms;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.UnverifiedConnection;
import io.github.jujupgsql.pool.WrongRoleException;
import org.jspecify.annotations.Nullable;

/**
 * One borrow by the clock: waits for a server to play the role and for a connection to
 * it. A pool that is left sends its borrowers away, and they look at the table of roles
 * again.
 */
final class TimedBorrow implements BorrowTerms {

	/** Pause before retrying a server that is in the wrong role. */
	private static final long WRONG_ROLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final RoleView view;

	private final PoolAccess pools;

	private final Deadline deadline;

	private final BorrowWait wait;

	private final Lookout lookout;

	private @Nullable ServerPool tried;

	private @Nullable SQLException last;

	/**
	 * Begin to borrow.
	 * @param pools gets connections of a pool
	 * @param tried the pool that had nothing to lend, if there is one
	 * @param deadline until when to wait
	 * @param serverWait how to wait while no server plays the role
	 */
	TimedBorrow(PoolAccess pools, @Nullable ServerPool tried, Deadline deadline, ServerWait serverWait) {
		this.view = pools.view();
		this.pools = pools;
		this.tried = tried;
		this.deadline = deadline;
		this.wait = new BorrowWait(this.view, deadline, serverWait);
		this.lookout = this.view.role().lookout();
	}

	/**
	 * Borrow, beginning with a connection that has yet to be verified.
	 * @param pool where it has been borrowed
	 * @param connection the connection
	 * @return that connection or, if it is of no use, another one
	 * @throws SQLException if none is to be had
	 */
	Connection goOnWith(ServerPool pool, UnverifiedConnection connection) throws SQLException {
		Connection lent = attempt(pool, () -> this.pools.verifyAndLend(pool, connection, this));
		if (lent == null) {
			return borrow().connection();
		}
		pool.countBorrow();
		return lent;
	}

	/**
	 * Borrow a connection.
	 * @return the connection and its pool
	 * @throws SQLException if none is to be had
	 */
	Loan borrow() throws SQLException {
		boolean served = false;
		try {
			Loan loan = await();
			served = true;
			return loan;
		}
		finally {
			this.wait.end(served);
		}
	}

	private Loan await() throws SQLException {
		while (true) {
			RoleTable table = this.view.table();
			ServerPool pool = this.lookout.pick(table, this.tried);
			this.wait.enter(table);
			if (pool == null) {
				this.wait.awaitServer(table);
			}
			else {
				Connection lent = tryPool(pool, table);
				if (lent != null) {
					pool.countBorrow(Deadline.nanos(this.view.connectionTimeout()) - this.deadline.left());
					return new Loan(lent, pool);
				}
			}
			RoleTable now = this.view.table();
			if (this.wait.isOver(now)) {
				throw timedOut(now);
			}
		}
	}

	private @Nullable Connection tryPool(ServerPool pool, RoleTable table) throws SQLException {
		boolean again = pool == this.tried;
		this.tried = pool;
		long millis = this.wait.millisInPool(table, this.lookout.timeoutMillis());
		Connection lent = this.wait.inPool(pool, table,
				() -> attempt(pool, () -> this.pools.await(pool, millis, this)));
		if (lent == null && again && (this.last instanceof WrongRoleException || pool.isRetired())) {
			this.view.awaitOtherThan(table, this.deadline.earlier(Deadline.in(WRONG_ROLE_NANOS)));
		}
		return lent;
	}

	private @Nullable Connection attempt(ServerPool pool, Attempt attempt) throws SQLException {
		this.last = null;
		try {
			return attempt.make();
		}
		catch (SQLTransientConnectionException | WrongRoleException ex) {
			this.last = ex;
		}
		catch (SQLException ex) {
			if (this.view.isPlayedBy(pool)) {
				throw ex;
			}
		}
		return null;
	}

	private SQLException timedOut(RoleTable table) {
		Duration missingTimeout = this.view.waiters().getMissingTimeout();
		if (missingTimeout != null && this.wait.isTimed(table)) {
			return new PrimaryUnavailableException(missingTimeout, this.view.missingReason(table));
		}
		ServerPool pool = this.view.role().pick(table, null);
		return (pool != null) ? pool.timedOut(this.view.connectionTimeout(), this.last) : this.view.unavailable(table);
	}

	@Override
	public boolean isServedBy(ServerPool pool) {
		return this.view.isPlayedBy(pool);
	}

	@Override
	public long answerTimeoutMillis() {
		return Math.max(1, TimeUnit.NANOSECONDS.toMillis(this.wait.left(this.view.table())));
	}

	/**
	 * An attempt to borrow, which comes to {@code null} if there has to be another one.
	 */
	private interface Attempt {

		@Nullable Connection make() throws SQLException;

	}

}
