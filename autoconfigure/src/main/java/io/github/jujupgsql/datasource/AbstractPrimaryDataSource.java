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

	/** There is no other pool that could have a connection to lend. */
	private static final Lookout LOOKOUT = new Lookout() {

		@Override
		public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool tried) {
			return table.primary();
		}

		@Override
		public long patienceMillis() {
			return Long.MAX_VALUE;
		}

	};

	AbstractPrimaryDataSource(Roles roles, Duration connectionTimeout) {
		super(roles, connectionTimeout);
	}

	@Override
	final @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		return table.primary();
	}

	@Override
	final Lookout lookout() {
		return LOOKOUT;
	}

	@Override
	final boolean isIn(RoleTable table, ServerPool pool) {
		return table.primary() == pool;
	}

}
