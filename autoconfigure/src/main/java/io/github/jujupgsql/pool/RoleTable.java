package io.github.jujupgsql.pool;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role right now.
 *
 * @param primary the pool of the primary, or {@code null} while there is none
 * @param replicas the pools of the replicas
 * @param whyNoPrimary why there is no primary, for a person; empty while there is one
 * @param hopeless whether it is of no use to wait for one: the server has refused
 * credentials that have never worked, or all is over
 * @since 0.1.0
 */
public record RoleTable(@Nullable ServerPool primary, List<ServerPool> replicas, String whyNoPrimary,
		boolean hopeless) {

	static final RoleTable EMPTY = new RoleTable(null, List.of(), "no relation has been read yet", false);

	public RoleTable {
		replicas = List.copyOf(replicas);
	}

	/**
	 * Tell for a log line what has changed. The same server in another pool means other
	 * credentials.
	 * @param before the roles until now
	 * @return the change
	 */
	String changeFrom(RoleTable before) {
		List<ServerPool> primaryBefore = (before.primary != null) ? List.of(before.primary) : List.of();
		List<ServerPool> primaryNow = (this.primary != null) ? List.of(this.primary) : List.of();
		return "primary " + change(primaryBefore, primaryNow) + ", replicas " + change(before.replicas, this.replicas);
	}

	private static String change(List<ServerPool> before, List<ServerPool> now) {
		String then = servers(before);
		String next = servers(now);
		if (!then.equals(next)) {
			return then + " -> " + next;
		}
		return before.equals(now) ? next : next + " (new credentials)";
	}

	private static String servers(List<ServerPool> pools) {
		return pools.isEmpty() ? "none" : pools.stream().map(ServerPool::getServer).collect(Collectors.joining(", "));
	}

}
