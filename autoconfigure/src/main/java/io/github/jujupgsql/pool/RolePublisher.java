package io.github.jujupgsql.pool;

import java.time.Instant;
import java.util.Objects;

import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.PassingEffect;
import io.github.jujupgsql.role.RoleAssignment;
import io.github.jujupgsql.role.ServerId;

/**
 * Lets borrowers see who plays which role, and tells listeners and the log of it.
 * Confined to the thread that assigns roles.
 */
final class RolePublisher {

	private final PoolRegistry pools;

	private final CurrentRoles roles;

	private final PrimaryChanges changes;

	private final RoleChangeLogger logger;

	private final Runnable afterwards;

	/**
	 * Create a publisher.
	 * @param pools the pools of the servers
	 * @param roles what borrowers see
	 * @param changes told of each switch of the primary
	 * @param logger told of each change of roles
	 * @param afterwards done each time that roles have been published; must not block
	 */
	RolePublisher(PoolRegistry pools, CurrentRoles roles, PrimaryChanges changes, RoleChangeLogger logger,
			Runnable afterwards) {
		this.pools = pools;
		this.roles = roles;
		this.changes = changes;
		this.logger = logger;
		this.afterwards = afterwards;
	}

	/**
	 * Return since when a server has been the primary: new credentials make it no other.
	 * @param pool the pool of a server that is to be the primary
	 */
	Instant primarySince(ServerPool pool) {
		ServerPool former = this.roles.current().primary();
		Instant since = (former != null && former.getServer().equals(pool.getServer())
				&& Objects.equals(former.getTimeline(), pool.getTimeline())) ? former.getPrimarySince() : null;
		return (since != null) ? since : Instant.now();
	}

	/**
	 * Put the table of roles in force, unless it is.
	 * @param assigned the roles
	 */
	void publish(RoleAssignment assigned) {
		ServerId primary = assigned.primary();
		RoleTable table = new RoleTable((primary != null) ? this.pools.get(primary) : null,
				this.pools.get(assigned.replicas()),
				assigned.excluded()
					.stream()
					.map((exclusion) -> new RoleTable.ExcludedStandby(this.pools.get(exclusion.server()),
							exclusion.reason(), exclusion.lagging()))
					.toList(),
				assigned.noPrimaryReason(), assigned.failFast(), assigned.readsFailFast(), assigned.aheadOfRelation());
		if (!table.equals(this.roles.current())) {
			this.changes.published(this.roles.publish(table));
		}
		this.afterwards.run();
	}

	/**
	 * Tell of the roles that are in force now.
	 */
	void tell(LastingEffect.TellRoles told) {
		RoleTable table = this.roles.current();
		this.changes.tell(table.primary(), told.cause(), told.since());
		this.logger.tell(table, told.since());
	}

	/**
	 * Tell that there is no primary any more, if it is so.
	 */
	void tell(PassingEffect.TellPrimaryLost lost) {
		ServerPool primary = this.roles.current().primary();
		if (primary == null) {
			this.changes.tell(null, lost.cause(), lost.since());
		}
	}

}
