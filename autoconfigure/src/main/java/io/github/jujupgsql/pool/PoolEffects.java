package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import io.github.jujupgsql.role.Effect;
import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.PassingEffect;
import io.github.jujupgsql.role.ProbeEffect;
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

	private final RolePublisher publisher;

	private final RoleEventLoop loop;

	private final ServerProber prober;

	private final ServerProber.Answers facts;

	private final Drainer drainer;

	private final Runnable measureLag;

	private final FencedPools fenced;

	/**
	 * What the drainer has, which an effect that is repeated must not hand over again.
	 */
	private final Set<ServerId> handedOver = new HashSet<>();

	PoolEffects(PoolRegistry pools, PoolSettings settings, RolePublisher publisher, RoleEventLoop loop,
			ServerProber prober, ServerProber.Answers facts, Drainer drainer, FencedPools fenced, Runnable measureLag) {
		this.pools = pools;
		this.settings = settings;
		this.publisher = publisher;
		this.loop = loop;
		this.prober = prober;
		this.facts = facts;
		this.drainer = drainer;
		this.fenced = fenced;
		this.measureLag = measureLag;
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
		boolean ready = former == null || this.pools.get(warmUp.server()).capacity.catchUpWith(former)
				|| former.isStuck();
		this.facts.next(new Fact.WarmedUp(warmUp.server(), warmUp.former(), ready));
	}

	@Override
	public void perform(LastingEffect.Fence fence) {
		ServerPool pool = this.pools.find(fence.server());
		if (pool != null) {
			this.fenced.fence(fence, pool);
		}
	}

	@Override
	public void perform(LastingEffect.GivePrimaryRole role) {
		ServerPool pool = this.pools.get(role.server());
		pool.serveAsPrimary(this.settings.primary(), this.prober.current(), this.publisher.primarySince(pool));
	}

	@Override
	public void perform(LastingEffect.GiveReplicaRole role) {
		ServerPool pool = this.pools.get(role.server());
		pool.serveAsReplica(this.settings.replica());
		if (role.fill()) {
			pool.capacity.fill();
		}
	}

	@Override
	public void perform(LastingEffect.ReturnProbeConnection probe) {
		this.prober.current().close();
	}

	@Override
	public void perform(LastingEffect.Publish published) {
		this.publisher.publish(published.roles());
	}

	@Override
	public void perform(LastingEffect.TellRoles told) {
		this.publisher.tell(told);
	}

	@Override
	public void perform(PassingEffect.TellPrimaryLost lost) {
		this.publisher.tell(lost);
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
			this.fenced.tell(closing, pool);
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
	public void perform(PassingEffect.Bind bound) {
		this.pools.get(bound.server()).bind(bound.identity());
	}

	@Override
	public void perform(PassingEffect.TakeAll takeAll) {
		this.pools.get(takeAll.server()).connections.getGate().open();
	}

	@Override
	public void perform(PassingEffect.Share share) {
		ServerPool pool = this.pools.get(share.server());
		pool.capacity.resize(this.settings.replica().share(share.part(), share.parts()));
		this.prober.shrink(pool);
	}

	@Override
	public void perform(ProbeEffect.LookUp lookUp) {
		this.prober.lookUp(this.pools.get(lookUp.server()));
	}

	@Override
	public void perform(PassingEffect.MarkUnresponsive marked) {
		this.pools.get(marked.server()).setUnresponsive(marked.unresponsive());
	}

	@Override
	public void perform(PassingEffect.Fill fill) {
		this.loop.schedule(this.pools.get(fill.server()).capacity::fill, fill.after());
	}

	@Override
	public void perform(ProbeEffect.MeasureLag measured) {
		this.measureLag.run();
	}

	@Override
	public void perform(PassingEffect.Resume resumed) {
		this.pools.get(resumed.server()).capacity
			.resume(resumed.asPrimary() ? this.settings.primary() : this.settings.replica());
	}

	/**
	 * Take note that the drainer is done with a server.
	 */
	void closed(ServerId server) {
		this.handedOver.remove(server);
		this.fenced.closed(server);
	}

}
