package io.github.jujupgsql.actuate;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.topology.ExcludedStandby;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.PgsqlTopology.PrimaryFault;
import io.github.jujupgsql.topology.TopologyRoles;
import io.github.jujupgsql.topology.TopologyServer;
import io.github.jujupgsql.watch.RelationState;
import org.jspecify.annotations.Nullable;

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

	private final PgsqlTopology topology;

	/**
	 * Create the indicator.
	 * @param topology knows the relation and the roles
	 */
	public PgsqlHealthIndicator(PgsqlTopology topology) {
		super("PostgreSQL health check failed");
		this.topology = topology;
	}

	@Override
	protected void doHealthCheck(Builder builder) {
		TopologyRoles roles = this.topology.getRoles();
		RelationState state = this.topology.getRelation();
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
		builder.withDetail("replicas", roles.replicas().stream().map(TopologyServer::server).toList());
		if (!roles.excluded().isEmpty()) {
			builder.withDetail("leftOut", roles.excluded().stream().map(ExcludedStandby::toString).toList());
		}
		TopologyServer primary = roles.primary();
		if (primary == null) {
			// a borrow would sit out the connection timeout only to say the same
			builder.down().withDetail("reason", "No primary: " + roles.noPrimaryReason());
			return;
		}
		builder.withDetail("primary", primary.server());
		tellWhatItIs(builder, primary, roles);
		if (roles.aheadOfRelation()) {
			tellAhead(builder, state.relation().master());
		}
		PrimaryFault fault = this.topology.findPrimaryFault();
		if (fault == null) {
			builder.up();
		}
		else if (fault.serving()) {
			builder.up().withDetail("newConnections", fault.reason());
		}
		else {
			builder.down().withDetail("reason", primary.server() + ": " + fault.reason());
		}
	}

	private static void tellWhatItIs(Builder builder, TopologyServer primary, TopologyRoles roles) {
		if (primary.timeline() != null) {
			builder.withDetail("timeline", primary.timeline());
		}
		if (roles.primarySince() != null) {
			builder.withDetail("primarySince", roles.primarySince());
		}
	}

	private static void tellAhead(Builder builder, @Nullable ConnectionString master) {
		builder.withDetail("aheadOfRelation", true);
		if (master != null) {
			builder.withDetail("relationMaster", master.address());
		}
	}

}
