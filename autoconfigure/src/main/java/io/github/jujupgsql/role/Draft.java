package io.github.jujupgsql.role;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * The topology to be, while one decision is made. Belongs to that decision: if it throws,
 * this is thrown away and the topology before stands.
 * <p>
 * Here and in the rules there are loops instead of streams: a switch is rare, so this
 * code is hardly ever compiled, and interpreted streams cost writers up to a millisecond.
 */
final class Draft {

	final Topology before;

	final RolePolicy policy;

	final long now;

	PgsqlRelation relation;

	Map<ConnectionString, ServerId> named;

	/** What stands behind them. */
	final DraftNames names;

	@Nullable ServerId primary;

	boolean paused;

	long causedAt;

	Succession succession;

	long lastRead;

	long masterFailures;

	private final Map<ServerId, ManagedServer> servers;

	private final List<ServerId> created = new ArrayList<>();

	private final Map<Step, List<Effect>> effects = new EnumMap<>(Step.class);

	private long numbers;

	Draft(Topology before, RolePolicy policy, long now) {
		this.before = before;
		this.policy = policy;
		this.now = now;
		this.relation = before.relation();
		this.named = new LinkedHashMap<>(before.named());
		this.servers = new LinkedHashMap<>(before.servers());
		this.primary = before.primary();
		this.paused = before.paused();
		this.causedAt = before.causedAt();
		this.succession = before.succession();
		this.lastRead = before.lastRead();
		this.masterFailures = before.masterFailures();
		this.numbers = before.numbers();
		this.names = new DraftNames(this, before.names());
	}

	long nextNumber() {
		return ++this.numbers;
	}

	@Nullable ManagedServer find(@Nullable ServerId id) {
		return (id != null) ? this.servers.get(id) : null;
	}

	/**
	 * Return the servers, of which some may be replaced while the list is gone through.
	 */
	List<ManagedServer> servers() {
		return new ArrayList<>(this.servers.values());
	}

	/**
	 * Return the servers that the relation names.
	 */
	List<ManagedServer> namedServers() {
		List<ManagedServer> servers = new ArrayList<>();
		for (ServerId id : this.named.values()) {
			servers.add(this.servers.get(id));
		}
		for (ServerId id : this.names.further) {
			servers.add(this.servers.get(id));
		}
		return servers;
	}

	/**
	 * Return the servers that it does not name any more and that may still be needed.
	 */
	List<ManagedServer> former() {
		List<ManagedServer> former = new ArrayList<>();
		for (ManagedServer server : this.servers.values()) {
			if (!server.state().hasLeft() && !isNamed(server)) {
				former.add(server);
			}
		}
		return former;
	}

	ManagedServer put(ManagedServer server) {
		this.servers.put(server.id(), server);
		return server;
	}

	void remove(ManagedServer server) {
		this.servers.remove(server.id());
	}

	ManagedServer create(ConnectionString connectionString) {
		ServerId id = new ServerId(nextNumber(), this.relation.nameOf(connectionString));
		ManagedServer former = find(this.named.get(connectionString));
		Sighting seen = (former != null) ? former.seen() : Sighting.NONE;
		this.named.put(connectionString, id);
		return create(id, connectionString, seen);
	}

	ManagedServer create(ServerId id, ConnectionString connectionString, Sighting seen) {
		this.created.add(id);
		return put(ManagedServer.create(id, connectionString, this.policy.maximumLag() != null, seen, this.now));
	}

	/**
	 * Return the server that is to be the primary: the relation's master, or what has
	 * been promoted in its place.
	 */
	@Nullable ManagedServer master() {
		return named(masterString());
	}

	/**
	 * Return the server that the relation calls the master.
	 */
	@Nullable ManagedServer relationMaster() {
		return named(this.relation.master());
	}

	private @Nullable ManagedServer named(@Nullable ConnectionString server) {
		return (server != null) ? find(this.named.get(server)) : null;
	}

	private @Nullable ConnectionString masterString() {
		ConnectionString ahead = this.succession.ahead();
		return (ahead != null) ? ahead : this.relation.master();
	}

	boolean isNamed(ManagedServer server) {
		return this.named.containsValue(server.id()) || this.names.further.contains(server.id());
	}

	boolean isMaster(ManagedServer server) {
		ConnectionString master = masterString();
		return master != null && server.id().equals(this.named.get(master));
	}

	boolean followsPromotions() {
		return this.policy.primary().followPromotions();
	}

	/**
	 * Return whether it is worth asking which server has been promoted.
	 */
	boolean isPromotionSought() {
		return followsPromotions() && this.succession.doubtedSince() != null && master() != null;
	}

	/**
	 * Return whether it has held the primary role and another server is to.
	 */
	boolean isDeposed(ManagedServer server) {
		return server.heldPrimary() && !isMaster(server);
	}

	boolean isPrimary(ManagedServer server) {
		return server.id().equals(this.primary);
	}

	/**
	 * Return whether it plays the role that is wanted of it, or could.
	 */
	boolean isSettled(ManagedServer server) {
		return isMaster(server) ? isPrimary(server) : server.inRecovery();
	}

	/**
	 * Return whether it may have reads in flight.
	 */
	boolean isUsedForReads(ManagedServer server) {
		return server.isUsedForReads(isMaster(server));
	}

	/**
	 * Return what serves reads from the same server with former credentials.
	 */
	@Nullable ManagedServer predecessorOf(ManagedServer server) {
		for (ManagedServer old : former()) {
			if (old.mayServeReads() && server.canTakeOverFrom(old)) {
				return old;
			}
		}
		return null;
	}

	/**
	 * Move a server to another state. The only place where one changes.
	 */
	ManagedServer move(ManagedServer server, ServerState next) {
		if (server.state() == next) {
			return server;
		}
		then(Step.TELL, new PassingEffect.TellState(server.id(), server.state(), next));
		return put(server.moveTo(next, this.now));
	}

	void then(Step step, Effect effect) {
		this.effects.computeIfAbsent(step, (key) -> new ArrayList<>()).add(effect);
	}

	Decision decide(RoleAssignment roles) {
		Topology next = new Topology(this.relation, this.named, this.names.value(), this.servers, this.primary, roles,
				this.paused, this.causedAt, this.succession, this.lastRead, this.masterFailures, this.numbers);
		List<ManagedServer> fresh = new ArrayList<>();
		this.created.forEach((id) -> fresh.add(this.servers.get(id)));
		List<Effect> ordered = new ArrayList<>();
		this.effects.values().forEach(ordered::addAll);
		return new Decision(next, fresh, ordered);
	}

}
