package io.github.jujupgsql.role;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * All that is known and has been decided. Immutable: a decision makes the next one.
 *
 * @param relation what the relation says
 * @param named the servers that it names, the master first
 * @param names what is known of names that lead to several servers
 * @param servers all servers whose pools are not closed yet
 * @param primary the primary, or {@code null}
 * @param roles who plays which role
 * @param paused whether no server is to be asked anything
 * @param causedAt when what last led to a change of roles happened
 * @param succession who has come after whom as the primary
 * @param lastRead when a read was last seen to have come back
 * @param masterFailures how often the relation's master could not be made the primary
 * @param numbers how many ids and questions there have been
 * @since 0.1.0
 */
public record Topology(PgsqlRelation relation, Map<ConnectionString, ServerId> named, SharedNames names,
		Map<ServerId, ManagedServer> servers, @Nullable ServerId primary, RoleAssignment roles, boolean paused,
		long causedAt, Succession succession, long lastRead, long masterFailures, long numbers) {

	public Topology {
		named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
		servers = Collections.unmodifiableMap(new LinkedHashMap<>(servers));
	}

	/**
	 * Return the topology before a relation has been read.
	 * @param now the time, as of {@link System#nanoTime()}
	 * @param policy says since when nothing has been read
	 * @return the topology
	 */
	public static Topology empty(long now, RolePolicy policy) {
		return new Topology(PgsqlRelation.NONE, Map.of(), SharedNames.NONE, Map.of(), null, RoleAssignment.NONE, false,
				now, Succession.NONE, now - policy.times().activeAfterRead().toNanos(), 0, 0);
	}

	/**
	 * Return the server that is to be the primary.
	 * @return the relation's master, or what has been promoted in its place
	 */
	@Nullable ConnectionString master() {
		ConnectionString ahead = this.succession.ahead();
		return (ahead != null) ? ahead : this.relation.master();
	}

	/**
	 * Return the servers that may have reads in flight.
	 * @return the servers
	 */
	List<ServerId> usedForReads() {
		ServerId master = this.named.get(master());
		return namedServers().filter((server) -> server.isUsedForReads(server.id().equals(master)))
			.map(ManagedServer::id)
			.toList();
	}

	/**
	 * Return the servers that play a role.
	 * @return the primary, and those that may have reads in flight
	 */
	public Set<ServerId> inUse() {
		Set<ServerId> inUse = new LinkedHashSet<>(usedForReads());
		if (this.primary != null) {
			inUse.add(this.primary);
		}
		return inUse;
	}

	/**
	 * Return the named servers that have answered from within recovery.
	 * @return the servers
	 */
	public List<ServerId> inRecovery() {
		return namedServers().filter(ManagedServer::inRecovery).map(ManagedServer::id).toList();
	}

	/**
	 * Return the servers that the relation names, several of them under the same name if
	 * that leads to several.
	 * @return the servers, the master first
	 */
	public List<ServerId> namedIds() {
		return namedServers().map(ManagedServer::id).toList();
	}

	/**
	 * Say what the relation says of a server.
	 * @param id the server
	 * @return a sentence, without a full stop
	 */
	public String relationWord(ServerId id) {
		ManagedServer server = this.servers.get(id);
		if (server != null && server.connectionString().equals(this.relation.master())) {
			return "the relation calls it the master";
		}
		boolean standby = server != null && this.relation.standbys().contains(server.connectionString());
		return standby ? "the relation calls it a standby" : "the relation does not name it any more";
	}

	private Stream<ManagedServer> namedServers() {
		return Stream.concat(this.named.values().stream(), this.names.further().stream())
			.map(this.servers::get)
			.filter(Objects::nonNull);
	}

}
