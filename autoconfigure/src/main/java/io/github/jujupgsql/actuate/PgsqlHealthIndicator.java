package io.github.jujupgsql.actuate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

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
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} for the primary: up when it answers and is not in recovery, and
 * for a while after one that was there has gone, because borrowers outlast a switch.
 * Replicas and a file that cannot be used are told as details; they do not take the
 * application down.
 *
 * @since 0.1.0
 */
public class PgsqlHealthIndicator extends AbstractHealthIndicator {

	private final PgsqlTopology topology;

	private final Duration missingPrimaryGrace;

	private final Clock clock;

	/**
	 * Since when the primary leaves those unanswered who ask for the health. Threads that
	 * ask at the same time may write one after the other.
	 */
	private volatile @Nullable Instant unansweredSince;

	/**
	 * Create an indicator that is down as soon as the primary is missing.
	 * @param topology knows the relation and the roles
	 */
	public PgsqlHealthIndicator(PgsqlTopology topology) {
		this(topology, Duration.ZERO, Clock.systemUTC());
	}

	/**
	 * Create an indicator.
	 * @param topology knows the relation and the roles
	 * @param missingPrimaryGrace how long it stays up while a primary that was there is
	 * missing
	 * @param clock tells the time
	 */
	public PgsqlHealthIndicator(PgsqlTopology topology, Duration missingPrimaryGrace, Clock clock) {
		super("PostgreSQL health check failed");
		this.topology = topology;
		this.missingPrimaryGrace = missingPrimaryGrace;
		this.clock = clock;
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
			this.unansweredSince = null;
			missing(builder, noPrimarySince(), "No primary: " + roles.noPrimaryReason());
			return;
		}
		builder.withDetail("primary", primary.server());
		tellWhatItIs(builder, primary, roles);
		if (roles.aheadOfRelation()) {
			tellAhead(builder, state.relation().master());
		}
		Instant inDoubtSince = this.topology.getPrimaryMissingSince();
		if (inDoubtSince != null && isWithinGrace(inDoubtSince)) {
			// it is being asked; those who want to know the readiness need not wait
			missing(builder, inDoubtSince, primary.server() + ": it does not answer");
			return;
		}
		PrimaryFault fault = this.topology.findPrimaryFault();
		if (fault == null || fault.serving()) {
			this.unansweredSince = null;
			builder.up();
			if (fault != null) {
				builder.withDetail("newConnections", fault.reason());
			}
			return;
		}
		missing(builder, unansweredSince(), primary.server() + ": " + fault.reason());
	}

	private @Nullable Instant noPrimarySince() {
		Instant since = this.topology.getPrimaryMissingSince();
		// it may have come this very moment
		return (since == null && this.topology.hasHadPrimary()) ? this.clock.instant() : since;
	}

	/**
	 * Return since when the primary does not answer: whoever uses it may have noticed
	 * before the health was asked for.
	 */
	private Instant unansweredSince() {
		Instant asked = this.unansweredSince;
		if (asked == null) {
			asked = this.clock.instant();
			this.unansweredSince = asked;
		}
		Instant noticed = this.topology.getPrimaryMissingSince();
		return (noticed != null && noticed.isBefore(asked)) ? noticed : asked;
	}

	private void missing(Builder builder, @Nullable Instant since, String reason) {
		builder.withDetail("reason", reason);
		if (since == null) {
			builder.down();
			return;
		}
		builder.withDetail("primaryMissingSince", since);
		builder.status(isWithinGrace(since) ? Status.UP : Status.DOWN);
	}

	private boolean isWithinGrace(Instant since) {
		return this.clock.instant().isBefore(since.plus(this.missingPrimaryGrace));
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
