package io.github.jujupgsql.datasource;

import java.sql.SQLException;

import io.github.jujupgsql.pool.RoleTable;

/**
 * A borrower's wait while no server plays the role.
 *
 * @param view where the borrower looks for one
 * @param deadline until when it waits
 */
record ServerWait(RoleView view, Deadline deadline) {

	/**
	 * Wait until another table is published.
	 * @param table a table in which no server plays the role
	 * @throws SQLException if none does by the deadline, or none is to be expected
	 */
	void await(RoleTable table) throws SQLException {
		this.view.awaitOtherThan(table, this.deadline);
		if (this.deadline.isOver() && table == this.view.table()) {
			throw this.view.unavailable(table);
		}
	}

}
