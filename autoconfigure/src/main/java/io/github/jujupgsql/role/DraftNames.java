package io.github.jujupgsql.role;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the names of the relation, while one decision is made. The topology
 * has one server under each name; a name that leads to several has further ones.
 */
final class DraftNames {

	private final Draft draft;

	/** The names that have been seen to lead to several servers. */
	final Set<ConnectionString> shared;

	/**
	 * The servers behind such a name besides the one that is {@link Draft#named}.
	 */
	final Set<ServerId> further;

	/** The names behind which it cannot be told which server answers. */
	final Set<ConnectionString> indistinct;

	/** When a name was last tried only to see where it leads. */
	final Map<ConnectionString, Long> lookedUp;

	DraftNames(Draft draft, SharedNames before) {
		this.draft = draft;
		this.shared = new LinkedHashSet<>(before.shared());
		this.further = new LinkedHashSet<>(before.further());
		this.indistinct = new LinkedHashSet<>(before.indistinct());
		this.lookedUp = new LinkedHashMap<>(before.lookedUp());
	}

	/**
	 * Forget what stands behind names that are not there any more, and behind that of the
	 * master: it leads to one server at a time.
	 */
	void retain(Set<ConnectionString> names, @Nullable ConnectionString master) {
		this.shared.retainAll(names);
		this.indistinct.retainAll(names);
		this.lookedUp.keySet().retainAll(names);
		for (ServerId id : List.copyOf(this.further)) {
			ManagedServer server = this.draft.find(id);
			if (server == null || !names.contains(server.connectionString())
					|| server.connectionString().equals(master)) {
				this.further.remove(id);
			}
		}
	}

	/**
	 * Return the servers behind the name of one, itself among them.
	 */
	List<ManagedServer> behindNameOf(ManagedServer server) {
		List<ManagedServer> behind = new ArrayList<>();
		for (ManagedServer other : this.draft.namedServers()) {
			if (other.connectionString().equals(server.connectionString())) {
				behind.add(other);
			}
		}
		return behind;
	}

	/**
	 * Create one more server behind a name.
	 */
	ManagedServer createFurther(ConnectionString connectionString, ServerIdentity identity) {
		String name = this.draft.relation.nameOf(connectionString);
		ServerId id = new ServerId(this.draft.nextNumber(), ServerIdentity.withAddress(name, identity.address()),
				identity.instance());
		this.further.add(id);
		return this.draft.create(id, connectionString, Sighting.NONE);
	}

	/**
	 * Let a name go on without a server that is left: with the others behind it or, if
	 * there is none, with a fresh pool.
	 * @return the server with the fresh pool, or {@code null} if the name has others
	 */
	@Nullable ManagedServer renew(ManagedServer server) {
		if (this.further.remove(server.id())) {
			return null;
		}
		for (ManagedServer other : behindNameOf(server)) {
			if (!other.id().equals(server.id())) {
				this.further.remove(other.id());
				this.draft.named.put(other.connectionString(), other.id());
				return null;
			}
		}
		return this.draft.create(server.connectionString());
	}

	/**
	 * Make a server the first one behind its name, which is the one that may be the
	 * master.
	 */
	void putFirst(ManagedServer server) {
		if (this.further.remove(server.id())) {
			ServerId first = this.draft.named.put(server.connectionString(), server.id());
			if (first != null) {
				this.further.add(first);
			}
		}
	}

	SharedNames value() {
		if (this.lookedUp.isEmpty() && this.shared.isEmpty() && this.indistinct.isEmpty() && this.further.isEmpty()) {
			return SharedNames.NONE;
		}
		return new SharedNames(this.shared, this.further, this.indistinct, this.lookedUp);
	}

}
