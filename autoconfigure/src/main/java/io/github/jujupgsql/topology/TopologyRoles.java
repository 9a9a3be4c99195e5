package io.github.jujupgsql.topology;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role at one moment.
 *
 * @param primary the primary, or {@code null} while there is none
 * @param replicas the standbys that serve reads
 * @param excluded the standbys that do not, and why
 * @param draining the servers that have left and still have work in flight
 * @param noPrimaryReason why there is no primary; empty while there is one
 * @param aheadOfRelation whether the primary has been promoted and the relation still
 * names another master
 * @param primarySince since when the primary is one for this application, or {@code null}
 * while there is none
 * @since 0.1.0
 */
public record TopologyRoles(@Nullable TopologyServer primary, List<TopologyServer> replicas,
		List<ExcludedStandby> excluded, List<TopologyServer> draining, String noPrimaryReason, boolean aheadOfRelation,
		@Nullable Instant primarySince) {

	public TopologyRoles {
		replicas = List.copyOf(replicas);
		excluded = List.copyOf(excluded);
		draining = List.copyOf(draining);
	}

}
