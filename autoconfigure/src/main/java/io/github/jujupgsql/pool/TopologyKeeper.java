package io.github.jujupgsql.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import io.github.jujupgsql.role.Decision;
import io.github.jujupgsql.role.Effect;
import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.LastingEffect;
import io.github.jujupgsql.role.PassingEffect;
import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.role.RoleRules;
import io.github.jujupgsql.role.Topology;
import org.jspecify.annotations.Nullable;

/**
 * Feeds facts to the rules, one after the other, and has carried out what they decide, in
 * the order in which they decide it. Confined to the thread that assigns roles, but for
 * {@link #topology}, which any thread may read.
 * <p>
 * Whatever throws, it is gone on from there. If a decision fails, or a pool that it needs
 * cannot be made, the topology before stands and the fact is taken again later. If an
 * effect fails, those after it are not carried out; {@link Fact.Recovered} repeats those
 * that last, and the others are remembered. Until that has worked no other fact is taken,
 * because its effects could publish roles while a fence is missing.
 */
final class TopologyKeeper implements ServerProber.Answers {

	private final RoleRules rules;

	private final RoleEventLoop loop;

	private final PoolRegistry pools;

	/** Set once, before the first fact. */
	private Effect.@Nullable Performer performer;

	/** Set once, before the first fact. */
	private @Nullable PrimaryAbsence absence;

	private final Ticker ticker;

	/** Facts that are to be taken. */
	private final Deque<Fact> waiting = new ArrayDeque<>();

	/** Facts from which nothing has followed, because deciding has failed. */
	private final List<Fact> failed = new ArrayList<>();

	/** Effects that have not been carried out and that are not repeated. */
	private final List<Effect> undone = new ArrayList<>();

	/** What is to be done once the relations that have been read are followed. */
	private final Deque<Runnable> whenFollowed = new ArrayDeque<>();

	private volatile Topology topology;

	/** Whether there are effects that have not been carried out. */
	private boolean incomplete;

	private boolean recovering;

	/** How many times in a row going on has failed, and once more. */
	private int recoveries = 1;

	/**
	 * Create a keeper.
	 * @param rules decide
	 * @param topology what to begin with
	 * @param loop the thread that assigns roles
	 * @param pools creates the pools of new servers
	 * @param ticker tells the time
	 */
	TopologyKeeper(RoleRules rules, Topology topology, RoleEventLoop loop, PoolRegistry pools, Ticker ticker) {
		this.rules = rules;
		this.topology = topology;
		this.loop = loop;
		this.pools = pools;
		this.ticker = ticker;
		loop.whenFailed(this::recoverLater);
	}

	/**
	 * Have effects carried out from now on.
	 * @param performer carries them out
	 */
	void performBy(Effect.Performer performer) {
		this.performer = performer;
	}

	/**
	 * Have it found out from now on whether the primary is missing.
	 * @param absence gets each decision
	 */
	void watchBy(PrimaryAbsence absence) {
		this.absence = absence;
	}

	Topology topology() {
		return this.topology;
	}

	/**
	 * Take a fact, and what follows from it at once.
	 * @param fact the fact
	 */
	@Override
	public void take(Fact fact) {
		this.waiting.add(fact);
		goOn();
	}

	/**
	 * Take a relation, and do something once it is followed.
	 * @param fact the relation
	 * @param followed called on this thread; must not block
	 */
	void take(Fact.RelationRead fact, Runnable followed) {
		this.whenFollowed.add(followed);
		take(fact);
	}

	/**
	 * Take a fact after the one that is being taken.
	 * @param fact what an effect has led to
	 */
	@Override
	public void next(Fact fact) {
		this.waiting.addFirst(fact);
	}

	private void goOn() {
		if (this.incomplete) {
			// should this fail for long, there is no use in keeping what comes again
			this.waiting.removeIf(TopologyKeeper::comesAgain);
			repeat();
		}
		for (Fact fact = this.waiting.poll(); fact != null; fact = this.waiting.poll()) {
			List<Effect> effects = decide(fact);
			if (this.absence != null) {
				this.absence.decided(this.topology);
			}
			perform(effects);
			if (this.absence != null) {
				this.absence.performed();
			}
		}
		if (this.failed.stream().noneMatch(Fact.RelationRead.class::isInstance)) {
			for (Runnable followed = this.whenFollowed.poll(); followed != null; followed = this.whenFollowed.poll()) {
				followed.run();
			}
		}
	}

	private List<Effect> decide(Fact fact) {
		Decision decision;
		try {
			decision = this.rules.decide(this.topology, fact, this.ticker.nanoTime());
			this.pools.create(decision.created());
		}
		catch (RuntimeException | Error ex) {
			this.failed.add(fact);
			throw ex;
		}
		if (fact instanceof Fact.RelationRead) {
			// what an older one said is over
			this.failed.removeIf(Fact.RelationRead.class::isInstance);
		}
		this.topology = decision.topology();
		return decision.effects();
	}

	private void perform(List<Effect> effects) {
		for (int i = 0; i < effects.size(); i++) {
			try {
				effects.get(i).perform(Objects.requireNonNull(this.performer));
			}
			catch (RuntimeException | Error ex) {
				remember(effects.subList(i, effects.size()));
				throw ex;
			}
		}
	}

	private void remember(List<Effect> left) {
		for (Effect effect : left) {
			boolean told = effect instanceof PassingEffect.Tell || effect instanceof PassingEffect.TellState;
			this.incomplete |= !told;
			if (!told && !(effect instanceof LastingEffect)) {
				this.undone.add(effect);
			}
		}
	}

	private static boolean comesAgain(Fact fact) {
		return fact instanceof Fact.PoolsSeen || fact instanceof Fact.LagMeasured || fact instanceof Fact.Suspected;
	}

	private void repeat() {
		Decision decision = this.rules.decide(this.topology, new Fact.Recovered(), this.ticker.nanoTime());
		this.topology = decision.topology();
		this.incomplete = false;
		List<Effect> effects = new ArrayList<>(decision.effects());
		effects.addAll(this.undone);
		this.undone.clear();
		perform(effects);
	}

	/**
	 * Go on soon from where something has failed, whatever it threw.
	 */
	private void recoverLater() {
		if (!this.recovering) {
			this.recovering = true;
			this.loop.schedule(this::recover, RetryBackoff.RECOVERY.pauseAfter(this.recoveries));
		}
	}

	private void recover() {
		this.recovering = false;
		this.recoveries++;
		this.failed.stream().map(TopologyKeeper::late).forEach(this.waiting::add);
		this.failed.clear();
		this.incomplete = true;
		goOn();
		this.recoveries = 1;
	}

	/**
	 * The connection on which a server has answered has gone, and its answer may be out
	 * of date.
	 */
	private static Fact late(Fact fact) {
		return (fact instanceof Fact.Answered answered)
				? new Fact.Answered(answered.server(), answered.question(),
						new ProbeAnswer(Kind.NOT_ASKED, "", "its answer could not be acted on"), answered.signs())
				: fact;
	}

}
