package io.github.jujupgsql.datasource;

import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Lends connections of the primary.
 */
abstract class AbstractPrimaryDataSource extends RoleDataSource {

	AbstractPrimaryDataSource(Roles roles, Duration connectionTimeout) {
		super(roles, connectionTimeout);
	}

	@Override
	final @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		return table.primary();
	}

	/**
	 * There is no other pool that could have a connection to lend.
	 */
	@Override
	final long nextPatience(long patienceMillis) {
		return LONGEST_PATIENCE_MILLIS;
	}

	@Override
	final boolean isIn(RoleTable table, ServerPool pool) {
		return table.primary() == pool;
	}

}
