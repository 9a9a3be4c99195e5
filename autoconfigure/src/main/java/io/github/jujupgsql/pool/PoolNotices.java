package io.github.jujupgsql.pool;

import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ServerId;
import io.github.jujupgsql.role.Topology;

/**
 * Takes to the thread that decides what other threads notice of a server, and has the
 * relation read if that may be news of the primary.
 */
final class PoolNotices implements PoolListener {

	private final ServerId server;

	private final RoleEventLoop loop;

	private final Consumer<Fact> facts;

	private final Supplier<Topology> topology;

	private final Runnable whenStale;

	/**
	 * Create what takes notices.
	 * @param server of which they are
	 * @param loop the thread that decides
	 * @param facts gets them, on that thread
	 * @param topology knows what the relation says, on any thread
	 * @param whenStale has the relation read; must not block
	 */
	PoolNotices(ServerId server, RoleEventLoop loop, Consumer<Fact> facts, Supplier<Topology> topology,
			Runnable whenStale) {
		this.server = server;
		this.loop = loop;
		this.facts = facts;
		this.topology = topology;
		this.whenStale = whenStale;
	}

	@Override
	public void suspected(ServerPool pool) {
		noticed(new Fact.Suspected(this.server), pool);
	}

	@Override
	public void ledElsewhere(ServerPool pool, ProbeAnswer answer, boolean answering) {
		noticed(new Fact.LedElsewhere(this.server, answer, answering), pool);
	}

	@Override
	public void indistinct(ServerPool pool) {
		noticed(new Fact.Indistinct(this.server), pool);
	}

	@Override
	public String relationWord(ServerPool pool) {
		return this.topology.get().relationWord(this.server);
	}

	private void noticed(Fact fact, ServerPool pool) {
		this.loop.execute(() -> this.facts.accept(fact));
		if (pool.isPrimary()) {
			this.whenStale.run();
		}
	}

}
