package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Lends read-only connections of the standbys in turn; of the primary while there is no
 * standby.
 *
 * @since 0.1.0
 */
public final class ReplicaDataSource extends RoleDataSource {

	private final AtomicInteger turn = new AtomicInteger();

	/**
	 * Create the DataSource.
	 * @param roles who the replicas are
	 * @param connectionTimeout how long a borrower waits for there to be a server
	 */
	public ReplicaDataSource(Roles roles, Duration connectionTimeout) {
		super(roles, connectionTimeout);
	}

	@Override
	@Nullable ServerPool pick(RoleTable table) {
		List<ServerPool> replicas = table.replicas();
		if (replicas.isEmpty()) {
			return table.primary();
		}
		return replicas.get(Math.floorMod(this.turn.getAndIncrement(), replicas.size()));
	}

	@Override
	boolean isIn(RoleTable table, ServerPool pool) {
		return table.replicas().contains(pool) || (table.replicas().isEmpty() && table.primary() == pool);
	}

	@Override
	void prepare(Connection connection) throws SQLException {
		connection.setReadOnly(true);
	}

}
