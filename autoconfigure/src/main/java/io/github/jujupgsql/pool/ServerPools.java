package io.github.jujupgsql.pool;

import java.io.Closeable;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.RolePolicy;
import io.github.jujupgsql.role.RoleRules;
import io.github.jujupgsql.role.ServerId;
import io.github.jujupgsql.role.Topology;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one pool for each server of the relation, and has each play the role that the
 * rules decide.
 * <p>
 * One thread, {@code pgsql-roles}, takes facts, decides and carries out: the topology,
 * the pools and the timers belong to it, and it never waits for a server. Servers are
 * asked and pools are closed on other threads, which hand back what they learnt. What
 * borrowers see is the table in {@link CurrentRoles}.
 *
 * @since 0.1.0
 */
public final class ServerPools implements Closeable {

	private final ServerPoolFactory factory;

	private final CurrentRoles roles = new CurrentRoles();

	private final RoleEventLoop loop;

	private final ExecutorService background;

	private final Drainer drainer;

	private final HealthQuestions health;

	private final PoolRegistry pools;

	private final PoolEffects effects;

	private final TopologyKeeper keeper;

	private final PrimaryWatch watch;

	private final PoolPause pause;

	private final RoleListeners listeners = new RoleListeners();

	/**
	 * Create the pools of a relation that is not known yet.
	 * @param factory makes a pool, and says by which times all of them go
	 * @param settings how pools are sized and left
	 */
	public ServerPools(ServerPoolFactory factory, PoolSettings settings) {
		this(factory, settings, Executors.newCachedThreadPool(new DaemonThreads("pgsql-background-")));
	}

	ServerPools(ServerPoolFactory factory, PoolSettings settings, ExecutorService background) {
		PoolTimes times = factory.getTimes();
		Ticker ticker = factory.getTicker();
		this.factory = factory;
		this.background = background;
		this.loop = new RoleEventLoop(new DaemonThreads("pgsql-roles"));
		this.drainer = new Drainer(background, settings.drainTimeout(), this::closed);
		this.health = new HealthQuestions(background);
		this.pools = new PoolRegistry(factory, (server) -> new PoolNotices(server, this.loop, this::take,
				this::topology, this.listeners::topologyIsStale));
		ReplicationLagMonitor lagMonitor = new ReplicationLagMonitor(this.pools, background, this.loop, this::take,
				ticker);
		this.watch = new PrimaryWatch(this::primaryLost);
		RolePolicy policy = settings.policy(times.roles());
		RoleRules rules = new RoleRules(policy);
		this.keeper = new TopologyKeeper(rules, Topology.empty(ticker.nanoTime(), policy), this.loop, this.pools,
				ticker);
		PrimaryChanges changes = new PrimaryChanges(this.listeners::primaryChanged, ticker);
		RolePublisher publisher = new RolePublisher(this.pools, this.roles, changes,
				new RoleChangeLogger(settings.fallbackToPrimary(), ticker),
				() -> watchLater(settings.whenGone(), times));
		this.effects = new PoolEffects(this.pools, settings, publisher, this.loop,
				new ServerProber(background, this.loop, this.keeper, ticker), this.keeper, this.drainer,
				new FencedPools(changes, settings.drainTimeout()), () -> lagMonitor.measure(topology()));
		this.keeper.performBy(this.effects);
		this.keeper.watchBy(new PrimaryAbsence(this.roles, this.listeners::primaryIsMissing, ticker));
		this.pause = new PoolPause(this.loop, this.keeper, this.pools, this.drainer, this.watch, times);
		new PeriodicTasks(this.loop, this.keeper, rules, this.pools, this.pause::closeUnused, times, ticker)
			.start(lagMonitor, settings.maximumLag() != null);
		this.loop.schedule(() -> background.execute(rules::rehearse), times.rehearsalDelay());
	}

	/**
	 * Return who plays which role.
	 * @return the roles, which live as long as this
	 */
	public CurrentRoles getRoles() {
		return this.roles;
	}

	/**
	 * Return the pools of servers that have left and still have work in flight.
	 * @return the pools that are on their way out
	 */
	public List<ServerPool> getDraining() {
		return this.drainer.leaving();
	}

	/**
	 * Find out whether a server is what it is taken for. Waits for its answer for the
	 * validation timeout at the most, and asks once, however many want to know at the
	 * same time.
	 * @param pool the server's pool
	 * @return what is wrong, or {@code null} if all is well
	 */
	public ServerPool.@Nullable Fault findFault(ServerPool pool) {
		return this.health.findFault(pool);
	}

	/**
	 * Return how often the relation's master was asked and could not be made the primary.
	 * @return the number of attempts that failed
	 */
	public long getPrimaryFailures() {
		return this.keeper.topology().masterFailures();
	}

	/**
	 * Have something done when the primary may not be what the relation last said, at
	 * most once a second: the relation file may say something else by now.
	 * @param task must not block
	 */
	public void onStaleTopology(Runnable task) {
		this.listeners.onStaleTopology(task);
	}

	/**
	 * Have each switch of the primary told from now on.
	 * @param listener called by the thread that decides; must not block
	 */
	public void onPrimaryChange(Consumer<PrimaryChange> listener) {
		this.listeners.onPrimaryChange(listener);
	}

	/**
	 * Have it told from now on that a primary is missing, and that there is one again:
	 * {@code true} when there is none any more, or none that is known to answer, and
	 * {@code false} after the switch, if it has come to one, has been told.
	 * @param listener called by the thread that decides; must not block
	 */
	public void onPrimaryMissing(Consumer<Boolean> listener) {
		this.listeners.onPrimaryMissing(listener);
	}

	/**
	 * Follow a relation. Returns at once; the roles change when the servers have been
	 * asked.
	 * @param newRelation what the relation says now
	 */
	public void accept(PgsqlRelation newRelation) {
		accept(newRelation, () -> {
		});
	}

	/**
	 * Follow a relation, and tell when no borrower gets what it has left any more: from
	 * then on a borrower gets a server that it names, or waits for it to confirm its
	 * role. Waiting for that confirmation before telling could mean to wait for ever.
	 * @param newRelation what the relation says now
	 * @param followed called by the thread that decides; must not block
	 */
	public void accept(PgsqlRelation newRelation, Runnable followed) {
		long since = this.factory.getTicker().nanoTime();
		this.loop.execute(() -> this.keeper.take(new Fact.RelationRead(newRelation, since), followed));
	}

	private Topology topology() {
		return this.keeper.topology();
	}

	private void take(Fact fact) {
		this.keeper.take(fact);
	}

	/**
	 * Watch the primary of then, once the threads that wait for it have been served: a
	 * login takes as long as a switch.
	 */
	private void watchLater(PrimarySettings whenGone, PoolTimes times) {
		this.loop.schedule(() -> this.watch.watch(whenGone.watched() ? this.roles.current().primary() : null),
				times.watchDelay());
	}

	/**
	 * The primary may have gone, although no thread has used it: have each connection
	 * asked before it is lent, and the server at once. Called by the thread that watches.
	 */
	private void primaryLost(ServerPool pool) {
		pool.invalidateVerification();
		this.loop.execute(() -> {
			ServerId server = this.pools.idOf(pool);
			if (server != null) {
				take(new Fact.Suspected(server));
			}
		});
		this.listeners.topologyIsStale();
	}

	private void closed(ServerPool pool) {
		this.factory.release(pool);
		this.loop.execute(() -> {
			ServerId server = this.pools.forget(pool);
			if (server != null) {
				this.effects.closed(server);
				take(new Fact.PoolClosed(server));
			}
		});
	}

	/**
	 * Keep no connection that is not in use and ask no server anything until told to
	 * {@link #resume()}. A thread that borrows meanwhile still gets a connection. Blocks
	 * until what is not in use is closed, so that a checkpoint of the virtual machine
	 * finds no socket open.
	 */
	public void pause() {
		this.pause.begin();
	}

	/**
	 * Go on after {@link #pause()}.
	 */
	public void resume() {
		this.pause.end();
	}

	/**
	 * Close every pool. Work that is still in flight is aborted: an application that has
	 * work to finish does so before the beans are destroyed.
	 */
	@Override
	public void close() {
		new PoolsCloser(this.factory, this.pools, this.drainer, this.roles, this.watch).close(this.loop,
				this.background);
	}

}
