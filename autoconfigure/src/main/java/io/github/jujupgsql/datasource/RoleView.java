package io.github.jujupgsql.datasource;

import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * The table of roles, as the borrowers of one role look at it.
 *
 * @param roles who plays which role
 * @param role what is borrowed for
 * @param connectionTimeout how long a borrower waits, for whatever it waits
 * @param waiters counts those that wait for the primary
 */
record RoleView(CurrentRoles roles, Role role, Duration connectionTimeout, PrimaryWaiters waiters) {

	RoleView(CurrentRoles roles, Role role, Duration connectionTimeout) {
		this(roles, role, connectionTimeout, new PrimaryWaiters(null, null));
	}

	RoleTable table() {
		return this.roles.current();
	}

	/**
	 * Pick a pool that plays the role now.
	 * @return the pool, or {@code null} if there is none
	 */
	@Nullable ServerPool pick() {
		return this.role.pick(table(), null);
	}

	/**
	 * Return whether a pool plays the role now.
	 * @param pool the pool
	 * @return whether its connections may be lent
	 */
	boolean isPlayedBy(ServerPool pool) {
		return this.role.isPlayedBy(pool, table());
	}

	/**
	 * Wait until another table is published.
	 * @param seen the table that does not serve
	 * @param deadline until when to wait
	 * @throws PrimaryUnavailableException if no server is to be expected
	 * @throws SQLException if the thread is interrupted
	 */
	void awaitOtherThan(RoleTable seen, Deadline deadline) throws SQLException {
		if (this.role.failFast(seen)) {
			throw new PrimaryUnavailableException(seen.noPrimaryReason());
		}
		try {
			this.roles.awaitOtherThan(seen, deadline.nanoTime());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SQLException("Interrupted while waiting for a server: " + seen.noPrimaryReason(), ex);
		}
	}

	/**
	 * Say why there is no primary, or none that answers.
	 * @param table the roles now
	 * @return the reason
	 */
	String missingReason(RoleTable table) {
		ServerPool primary = table.primary();
		return (primary != null) ? primary.describeSilence() : table.noPrimaryReason();
	}

	/**
	 * Create the exception for a borrower that has waited in vain for a server.
	 * @param table the roles now
	 * @return the exception
	 */
	SQLException unavailable(RoleTable table) {
		return this.role.unavailable(this.connectionTimeout, table);
	}

}
