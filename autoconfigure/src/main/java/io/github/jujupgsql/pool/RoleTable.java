package io.github.jujupgsql.pool;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role right now.
 *
 * @param primary the pool of the primary, or {@code null} while there is none
 * @param replicas the pools of the replicas
 * @param whyNoPrimary why there is no primary, for a person; empty while there is one
 * @param whyNoReplica why there is no replica, for a person; empty while there is one
 * @param hopeless whether it is of no use to wait for one: the server has refused
 * credentials that have never worked, or all is over
 * @since 0.1.0
 */
public record RoleTable(@Nullable ServerPool primary, List<ServerPool> replicas, String whyNoPrimary,
		String whyNoReplica, boolean hopeless) {

	private static final String NOTHING_READ = "no relation has been read yet";

	static final RoleTable EMPTY = new RoleTable(null, List.of(), NOTHING_READ, NOTHING_READ, false);

	public RoleTable {
		replicas = List.copyOf(replicas);
	}

	static RoleTable closed() {
		String reason = "the application is shutting down";
		return new RoleTable(null, List.of(), reason, reason, true);
	}

}
