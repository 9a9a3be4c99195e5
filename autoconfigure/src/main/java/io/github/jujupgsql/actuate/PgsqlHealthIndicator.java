package io.github.jujupgsql.actuate;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.RoleTable.LeftOut;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPool.Fault;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.github.jujupgsql.watch.RelationState;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health.Builder;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} for the primary: up when it answers and is not in recovery.
 * Replicas and a file that cannot be used are told as details; they do not take the
 * application down.
 *
 * @since 0.1.0
 */
public class PgsqlHealthIndicator extends AbstractHealthIndicator {

	private final RelationFileWatcher watcher;

	private final ServerPools pools;

	/**
	 * Create the indicator.
	 * @param watcher knows the relation
	 * @param pools knows the roles
	 */
	public PgsqlHealthIndicator(RelationFileWatcher watcher, ServerPools pools) {
		super("PostgreSQL health check failed");
		this.watcher = watcher;
		this.pools = pools;
	}

	@Override
	protected void doHealthCheck(Builder builder) {
		RoleTable roles = this.pools.getRoles().current();
		RelationState state = this.watcher.getState();
		if (state.problem() != null) {
			builder.withDetail("problem", state.problem().message());
		}
		if (!state.warnings().isEmpty()) {
			builder.withDetail("warnings", state.warnings());
		}
		if (state.waitingFor() != null) {
			builder.withDetail("waitingFor", state.waitingFor());
		}
		if (state.relation().hasMasterForStandby()) {
			builder.withDetail("standbys", "the relation names the master itself as the only standby");
		}
		builder.withDetail("replicas", roles.replicas().stream().map(ServerPool::getServer).toList());
		if (!roles.leftOut().isEmpty()) {
			builder.withDetail("leftOut", roles.leftOut().stream().map(LeftOut::toString).toList());
		}
		ServerPool primary = roles.primary();
		if (primary == null) {
			// a borrow would sit out the connection timeout only to say the same
			builder.down().withDetail("reason", "No primary: " + roles.whyNoPrimary());
			return;
		}
		builder.withDetail("primary", primary.getServer());
		Fault fault = this.pools.findFault(primary);
		if (fault == null) {
			builder.up();
		}
		else if (fault.serving()) {
			builder.up().withDetail("newConnections", fault.reason());
		}
		else {
			builder.down().withDetail("reason", primary.getServer() + ": " + fault.reason());
		}
	}

}
