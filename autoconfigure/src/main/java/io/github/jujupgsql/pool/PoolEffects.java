package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.jujupgsql.role.Effect;
import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.PassingEffect;
import io.github.jujupgsql.role.ProbeEffect;
import io.github.jujupgsql.role.RoleAssignment;
import io.github.jujupgsql.role.ServerId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Carries out what the rules decide. Confined to the thread that assigns roles; nothing
 * here waits for a server.
 */
final class PoolEffects implements Effect.Performer {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final PoolRegistry pools;

	private final PoolSettings settings;

	private final CurrentRoles roles;

	private final RoleEventLoop loop;

	private final ServerProber prober;

	private final ServerProber.Answers facts;

	private final Drainer drainer;

	private final Runnable measureLag;

	private final PrimaryWatch watch;

	private final RoleChangeLogger roleLogger;

	/** What was in use and open when a server was fenced, until that is told. */
	private final Map<ServerId, Fenced> fenced = new HashMap<>();

	/**
	 * What the drainer has, which an effect that is repeated must not hand over again.
	 */
	private final Set<ServerId> handedOver = new HashSet<>();

	PoolEffects(PoolRegistry pools, PoolSettings settings, CurrentRoles roles, RoleEventLoop loop, ServerProber prober,
			ServerProber.Answers facts, Drainer drainer, Runnable measureLag, PrimaryWatch watch, Ticker ticker) {
		this.pools = pools;
		this.settings = settings;
		this.roles = roles;
		this.loop = loop;
		this.prober = prober;
		this.facts = facts;
		this.drainer = drainer;
		this.measureLag = measureLag;
		this.watch = watch;
		this.roleLogger = new RoleChangeLogger(settings.fallbackToPrimary(), ticker);
	}

	@Override
	public void perform(ProbeEffect.Probe probe) {
		this.prober.probe(probe, this.pools.get(probe.server()));
	}

	@Override
	public void perform(ProbeEffect.ExpectAnswer expected) {
		this.prober.expect(expected, this.pools.get(expected.server()));
	}

	@Override
	public void perform(ProbeEffect.ProbeLater later) {
		takeAfter(later.after(), new Fact.ProbeDue(later.server(), later.question()));
	}

	@Override
	public void perform(ProbeEffect.LimitWithdrawn limit) {
		takeAfter(limit.after(), new Fact.WithdrawalDue(limit.server(), limit.withdrawal()));
	}

	private void takeAfter(Duration pause, Fact fact) {
		this.loop.schedule(() -> this.facts.take(fact), pause);
	}

	@Override
	public void perform(ProbeEffect.WarmUp warmUp) {
		ServerPool former = this.pools.find(warmUp.former());
		boolean ready = former == null || this.pools.get(warmUp.server()).catchUpWith(former) || former.isStuck();
		this.facts.next(new Fact.WarmedUp(warmUp.server(), warmUp.former(), ready));
	}

	@Override
	public void perform(LastingEffect.Fence fence) {
		ServerPool pool = this.pools.find(fence.server());
		if (pool != null) {
			int active = pool.getActive();
			int open = pool.fence();
			this.fenced.putIfAbsent(fence.server(), new Fenced(active, open));
		}
	}

	@Override
	public void perform(LastingEffect.GivePrimaryRole role) {
		this.pools.get(role.server()).serveAsPrimary(this.settings.primary(), this.prober.current());
	}

	@Override
	public void perform(LastingEffect.GiveReplicaRole role) {
		ServerPool pool = this.pools.get(role.server());
		pool.serveAsReplica(this.settings.replica());
		if (role.fill()) {
			pool.fill();
		}
	}

	@Override
	public void perform(LastingEffect.ReturnProbeConnection probe) {
		this.prober.current().close();
	}

	@Override
	public void perform(LastingEffect.Publish published) {
		RoleAssignment assigned = published.roles();
		ServerId primary = assigned.primary();
		RoleTable table = new RoleTable((primary != null) ? this.pools.get(primary) : null,
				this.pools.get(assigned.replicas()),
				assigned.excluded()
					.stream()
					.map((exclusion) -> new RoleTable.ExcludedStandby(this.pools.get(exclusion.server()),
							exclusion.reason(), exclusion.lagging()))
					.toList(),
				assigned.noPrimaryReason(), assigned.failFast(), assigned.readsFailFast());
		if (!table.equals(this.roles.current())) {
			this.roles.publish(table);
		}
		this.watch.watch(this.settings.whenGone().watched() ? table.primary() : null);
	}

	@Override
	public void perform(LastingEffect.TellRoles told) {
		this.roleLogger.tell(this.roles.current(), told.since());
	}

	@Override
	public void perform(PassingEffect.Tell told) {
		if (told.warning()) {
			logger.warn(told.message());
		}
		else {
			logger.info(told.message());
		}
	}

	@Override
	public void perform(PassingEffect.TellState told) {
		if (logger.isDebugEnabled()) {
			logger.debug(told.server() + " " + told.from() + " -> " + told.to());
		}
	}

	@Override
	public void perform(LastingEffect.CloseFenced closing) {
		ServerPool pool = this.pools.find(closing.server());
		if (pool != null) {
			handOver(closing.server(), () -> this.drainer.closeFenced(pool));
			tell(closing, pool);
		}
	}

	private void tell(LastingEffect.CloseFenced closing, ServerPool pool) {
		Fenced before = this.fenced.remove(closing.server());
		if (before == null) {
			return;
		}
		String server = pool.describe();
		switch (closing.why()) {
			case DEPOSED -> logger.info("Cut off " + before.open() + " connection(s) to the former primary " + server);
			case SICK -> logger.info("Aborted " + before.open() + " connection(s) to the replica " + server
					+ ", which does not answer: " + closing.detail());
			case SILENT -> logger.warn("Aborted " + before.open() + " connection(s) to the primary " + server
					+ ", which has not answered for too long: " + closing.detail());
			case WITHDRAWN -> {
				if (before.active() > 0) {
					logger
						.warn("Aborted " + before.active() + " connection(s) to " + server + " that were still in use "
								+ this.settings.drainTimeout().toMillis() + " ms after the relation had withdrawn it");
				}
			}
		}
	}

	@Override
	public void perform(LastingEffect.Drain drain) {
		ServerPool pool = this.pools.find(drain.server());
		if (pool != null) {
			handOver(drain.server(), () -> this.drainer.drain(pool));
		}
	}

	private void handOver(ServerId server, Runnable closing) {
		if (!this.handedOver.contains(server)) {
			closing.run();
			this.handedOver.add(server);
		}
	}

	@Override
	public void perform(PassingEffect.InvalidateVerification invalidated) {
		this.pools.get(invalidated.server()).invalidateVerification();
	}

	@Override
	public void perform(PassingEffect.MarkUnresponsive marked) {
		this.pools.get(marked.server()).setUnresponsive(marked.unresponsive());
	}

	@Override
	public void perform(PassingEffect.Fill fill) {
		this.loop.schedule(this.pools.get(fill.server())::fill, fill.after());
	}

	@Override
	public void perform(ProbeEffect.MeasureLag measured) {
		this.measureLag.run();
	}

	@Override
	public void perform(PassingEffect.Resume resumed) {
		this.pools.get(resumed.server())
			.resume(resumed.asPrimary() ? this.settings.primary() : this.settings.replica());
	}

	/**
	 * Take note that the drainer is done with a server.
	 */
	void closed(ServerId server) {
		this.handedOver.remove(server);
		this.fenced.remove(server);
	}

	/**
	 * What a pool was like when it was fenced.
	 */
	private record Fenced(int active, int open) {

	}

}
