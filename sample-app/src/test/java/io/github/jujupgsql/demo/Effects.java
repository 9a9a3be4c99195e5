package io.github.jujupgsql.demo;

import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.topology.TopologyRoles;

/**
 * Knows when the service has taken note of what was done.
 *
 * @param topology what the service knows
 * @param servers what was done to them
 */
record Effects(PgsqlTopology topology, DemoServers servers) {

	boolean areSeen(DemoAction action) {
		return switch (action) {
			case CRASH, HANG, PROMOTE_QUIETLY -> isPrimaryRight();
			case SWITCH_OVER, REJOIN, ADD_STANDBY, REMOVE_STANDBY, RESUME_REPLAY, RESTORE ->
				isPrimaryRight() && roles().replicas().size() == this.servers.cluster().standbys().size();
			case PAUSE_REPLAY -> !roles().excluded().isEmpty();
			case WRITE_FILE -> !roles().aheadOfRelation() && this.topology.getRelation().problem() == null;
			case BREAK_FILE -> this.topology.getRelation().problem() != null;
			case ROTATE_PASSWORD -> true;
		};
	}

	private boolean isPrimaryRight() {
		return roles().primary() != null
				&& roles().primary().server().equals(this.servers.cluster().master().address());
	}

	private TopologyRoles roles() {
		return this.topology.getRoles();
	}

}
