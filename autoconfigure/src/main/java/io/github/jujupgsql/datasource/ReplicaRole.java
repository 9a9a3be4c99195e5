package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * The role of the replicas, which the primary plays while there is none, unless that is
 * switched off. Connections are read-only.
 */
final class ReplicaRole implements Role {

	private final LoadBalancing loadBalancing;

	private final boolean fallbackToPrimary;

	private final AtomicInteger turn = new AtomicInteger();

	ReplicaRole(LoadBalancing loadBalancing, boolean fallbackToPrimary) {
		this.loadBalancing = loadBalancing;
		this.fallbackToPrimary = fallbackToPrimary;
	}

	@Override
	public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		List<ServerPool> replicas = table.replicas();
		return switch (replicas.size()) {
			case 0 -> this.fallbackToPrimary ? table.primary() : null;
			case 1 -> replicas.get(0);
			default -> this.loadBalancing.choose(replicas, this.turn, except);
		};
	}

	@Override
	public boolean isPlayedBy(ServerPool pool, RoleTable table) {
		return table.replicas().contains(pool)
				|| (this.fallbackToPrimary && table.replicas().isEmpty() && table.primary() == pool);
	}

	@Override
	public Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		if (table.primary() == pool) {
			return ReadOnlySessionConnection.begin(connection, pool);
		}
		pool.lendForReading(connection);
		return connection;
	}

	@Override
	public String label() {
		return "replica";
	}

	@Override
	public boolean waitsForPrimary(RoleTable table) {
		return this.fallbackToPrimary && table.replicas().isEmpty();
	}

	@Override
	public Lookout lookout() {
		return new ReplicaLookout(this);
	}

	@Override
	public boolean failFast(RoleTable table) {
		return table.readsFailFast();
	}

	@Override
	public SQLException unavailable(Duration waited, RoleTable table) {
		return this.fallbackToPrimary ? new PrimaryUnavailableException(waited, table.noPrimaryReason())
				: new ReplicaUnavailableException(waited, table.noReplicaReason());
	}

}
