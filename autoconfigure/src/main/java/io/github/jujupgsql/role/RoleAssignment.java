package io.github.jujupgsql.role;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role.
 *
 * @param primary the primary, or {@code null} while there is none
 * @param replicas the servers that serve reads, in the relation's order
 * @param excluded the standbys that do not
 * @param noPrimaryReason why there is no primary; empty while there is one
 * @param failFast whether it is of no use to wait for one
 * @param readsFailFast whether it is of no use for a reader to wait
 * @param aheadOfRelation whether the primary has been promoted and the relation still
 * names another master
 * @since 0.1.0
 */
public record RoleAssignment(@Nullable ServerId primary, List<ServerId> replicas, List<Exclusion> excluded,
		String noPrimaryReason, boolean failFast, boolean readsFailFast, boolean aheadOfRelation) {

	static final RoleAssignment NONE = new RoleAssignment(null, List.of(), List.of(), "no relation has been read yet",
			false, false, false);

	public RoleAssignment {
		replicas = List.copyOf(replicas);
		excluded = List.copyOf(excluded);
	}

	/**
	 * Return the roles while the primary is replaced.
	 * @param reason why there is none
	 */
	RoleAssignment withoutPrimary(String reason) {
		return new RoleAssignment(null, this.replicas, this.excluded, reason, false, false, false);
	}

	/**
	 * A standby that does not serve reads.
	 *
	 * @param server the standby
	 * @param reason why not, unless it lags
	 * @param lagging whether it lags too far behind, or may
	 */
	public record Exclusion(ServerId server, String reason, boolean lagging) {

	}

}
