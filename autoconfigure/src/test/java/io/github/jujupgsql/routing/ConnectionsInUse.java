package io.github.jujupgsql.routing;

import java.util.Objects;
import java.util.stream.Stream;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;

/**
 * Counts the connections that are lent. The pools themselves ask a server now and then.
 */
final class ConnectionsInUse {

	private ConnectionsInUse() {
	}

	static int of(RoleTable roles) {
		return Stream.concat(Stream.ofNullable(roles.primary()), roles.replicas().stream())
			.map(ServerPool::getDataSource)
			.filter(Objects::nonNull)
			.mapToInt((pool) -> pool.getHikariPoolMXBean().getActiveConnections())
			.sum();
	}

}
