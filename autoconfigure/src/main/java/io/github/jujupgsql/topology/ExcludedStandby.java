package io.github.jujupgsql.topology;

import io.github.jujupgsql.pool.RoleTable;

/**
 * A standby that does not serve reads at the moment.
 *
 * @param server the standby and its pool
 * @param reason why not, on one line
 * @since 0.1.0
 */
public record ExcludedStandby(TopologyServer server, String reason) {

	static ExcludedStandby of(RoleTable.ExcludedStandby leftOut) {
		return new ExcludedStandby(TopologyServer.of(leftOut.pool()), leftOut.reason());
	}

	@Override
	public String toString() {
		return this.server.server() + ": " + this.reason;
	}

}
