package io.github.jujupgsql.datasource;

import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Lends connections of the server that the relation calls master, once that server has
 * said that it is not in recovery. While there is none, borrowers wait for one as they
 * would for a free connection.
 *
 * @since 0.1.0
 */
public final class PrimaryDataSource extends RoleDataSource {

	/**
	 * Create the DataSource.
	 * @param roles who is the primary
	 * @param connectionTimeout how long a borrower waits for there to be one
	 */
	public PrimaryDataSource(Roles roles, Duration connectionTimeout) {
		super(roles, connectionTimeout);
	}

	@Override
	@Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		return table.primary();
	}

	@Override
	boolean isIn(RoleTable table, ServerPool pool) {
		return table.primary() == pool;
	}

}
