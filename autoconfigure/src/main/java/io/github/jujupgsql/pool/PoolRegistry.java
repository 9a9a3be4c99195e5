package io.github.jujupgsql.pool;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.github.jujupgsql.role.ManagedServer;
import io.github.jujupgsql.role.ServerId;
import org.jspecify.annotations.Nullable;

/**
 * The pools that there are, one for each managed server. Confined to the thread that
 * assigns roles.
 */
final class PoolRegistry {

	private final ServerPoolFactory factory;

	private final Function<ServerId, PoolListener> listeners;

	private final Map<ServerId, ServerPool> pools = new LinkedHashMap<>();

	/**
	 * Create a registry.
	 * @param factory makes pools
	 * @param listeners get, from any thread, what is noticed of a server
	 */
	PoolRegistry(ServerPoolFactory factory, Function<ServerId, PoolListener> listeners) {
		this.factory = factory;
		this.listeners = listeners;
	}

	/**
	 * Create the pools of servers, all or none: what the application has configured may
	 * throw.
	 * @param servers the servers
	 */
	void create(List<ManagedServer> servers) {
		Map<ServerId, ServerPool> created = new LinkedHashMap<>();
		try {
			for (ManagedServer server : servers) {
				ServerId id = server.id();
				ServerPool pool = this.factory.create(server.connectionString(), id.name(), this.listeners.apply(id));
				created.put(id, pool);
				if (id.instance() != null) {
					pool.connections.getGate().expect(id.instance(), true);
				}
			}
		}
		catch (RuntimeException | Error ex) {
			created.values().forEach(this.factory::release);
			throw ex;
		}
		this.pools.putAll(created);
	}

	ServerPool get(ServerId id) {
		return Objects.requireNonNull(this.pools.get(id), () -> "There is no pool of " + id);
	}

	@Nullable ServerPool find(ServerId id) {
		return this.pools.get(id);
	}

	List<ServerPool> get(Collection<ServerId> ids) {
		return ids.stream().map(this::get).toList();
	}

	Collection<ServerPool> all() {
		return List.copyOf(this.pools.values());
	}

	/**
	 * Forget a pool that has been closed.
	 * @param pool the pool
	 * @return whose it was, or {@code null} if it has been forgotten before
	 */
	@Nullable ServerId forget(ServerPool pool) {
		ServerId id = idOf(pool);
		if (id != null) {
			this.pools.remove(id);
		}
		return id;
	}

	/**
	 * Return whose pool it is.
	 * @param pool a pool
	 * @return the server, or {@code null} if the pool is none of these any more
	 */
	@Nullable ServerId idOf(ServerPool pool) {
		for (Map.Entry<ServerId, ServerPool> entry : this.pools.entrySet()) {
			if (entry.getValue() == pool) {
				return entry.getKey();
			}
		}
		return null;
	}

	void clear() {
		this.pools.clear();
	}

}
