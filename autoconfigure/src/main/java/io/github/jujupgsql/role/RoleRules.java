package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * The rules: who is what, and what is to be done about it. Pure: the same topology, fact
 * and time lead to the same decision.
 *
 * @since 0.1.0
 */
public final class RoleRules {

	private final RolePolicy policy;

	/**
	 * Create the rules.
	 * @param policy what is configured of them
	 */
	public RoleRules(RolePolicy policy) {
		this.policy = policy;
	}

	/**
	 * Decide what follows from a fact.
	 * @param before what has been known and decided until now
	 * @param fact the fact
	 * @param now the time, as of {@link System#nanoTime()}
	 * @return what follows
	 * @throws IllegalStateException if a server would have to make a step that its life
	 * does not know; the topology before stands then
	 */
	public Decision decide(Topology before, Fact fact, long now) {
		Draft draft = new Draft(before, this.policy, now);
		fact.tell(new FactRules(draft));
		AssignmentRules assignment = new AssignmentRules(draft);
		RoleAssignment roles = assignment.assign();
		LeavingRules leaving = new LeavingRules(draft);
		leaving.dismissFormer(roles);
		leaving.limitWithdrawn();
		assignment.settleStates(roles);
		if (fact instanceof Fact.Recovered) {
			new Repetition(draft).ofAllThatIsDecided(roles, assignment);
		}
		return draft.decide(roles);
	}

	/**
	 * Decide some switches that do not take place, because the virtual machine runs code
	 * several times slower until it has run it often. Takes about a tenth of a second of
	 * a processor, once, and ends early if the thread is interrupted.
	 */
	public void rehearse() {
		if (Rehearsal.isNeeded()) {
			new Rehearsal(this, this.policy).perform();
		}
	}

	/**
	 * Return how soon the pools of the servers that play a role are to be looked at
	 * again.
	 * @param topology what is known
	 * @param now the time, as of {@link System#nanoTime()}
	 * @return the pause
	 */
	public Duration pauseBetweenLooks(Topology topology, long now) {
		Duration idle = min(this.policy.sickAfter(), this.policy.primary().sickAfter())
			.dividedBy(this.policy.times().questions());
		Duration active = this.policy.times().activePollInterval();
		boolean reading = now - topology.lastRead() < this.policy.times().activeAfterRead().toNanos();
		return reading ? min(active, idle) : idle;
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
