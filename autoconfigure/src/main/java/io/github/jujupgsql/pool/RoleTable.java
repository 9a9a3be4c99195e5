package io.github.jujupgsql.pool;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who plays which role right now.
 *
 * @param primary the pool of the primary, or {@code null} while there is none
 * @param replicas the pools of the replicas
 * @param whyNoPrimary why there is no primary, for a person; empty while there is one
 * @since 0.1.0
 */
public record RoleTable(@Nullable ServerPool primary, List<ServerPool> replicas, String whyNoPrimary) {

	static final RoleTable EMPTY = new RoleTable(null, List.of(), "no relation has been read yet");

	public RoleTable {
		replicas = List.copyOf(replicas);
	}

	/**
	 * Name the primary for a log line.
	 * @return its address, or {@code none}
	 */
	String primaryText() {
		return (this.primary != null) ? this.primary.getServer() : "none";
	}

	/**
	 * Name the replicas for a log line.
	 * @return their addresses
	 */
	List<String> replicaTexts() {
		return this.replicas.stream().map(ServerPool::getServer).toList();
	}

}
