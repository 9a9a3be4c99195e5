package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;

/**
 * What follows when the primary does not answer. It is asked while it owes an answer to
 * work in flight, or to threads that wait for a connection, and has sent nothing since
 * the last look; so one that answers is never disturbed, however long a query takes. It
 * keeps its role while it is in doubt, until another server is known to have it.
 */
final class PrimaryRules {

	private final Draft draft;

	private final Probing probing;

	private final RoleTransitions transitions;

	private final PromotionRules promotions;

	PrimaryRules(Draft draft, Probing probing, RoleTransitions transitions, PromotionRules promotions) {
		this.draft = draft;
		this.probing = probing;
		this.transitions = transitions;
		this.promotions = promotions;
	}

	void seen(Fact.PoolsSeen seen) {
		ManagedServer primary = this.draft.find(this.draft.primary);
		PoolSigns signs = (primary != null) ? seen.signs().get(primary.id()) : null;
		if (primary == null || signs == null) {
			return;
		}
		if (signs.progress() != primary.progress()) {
			this.draft.put(primary.withProgress(signs.progress()));
			return;
		}
		long interval = this.draft.policy.primary().sickAfter().toNanos() / this.draft.policy.times().questions();
		boolean stalled = signs.active() > 0 || signs.queue();
		if (stalled && this.draft.now - primary.question().askedAt() >= interval) {
			this.probing.ask(primary);
		}
	}

	/**
	 * It has left a question unanswered for as long as it may; the thread that asks goes
	 * on to wait.
	 */
	void silent(ManagedServer primary, long question) {
		ProbeAnswer answer = ProbeAnswer.unanswered(this.draft.policy.primary().sickAfter());
		if (!isGivenUp(primary, primary.question().askedAt(), answer)) {
			this.probing.expect(primary, question, 0);
		}
	}

	/**
	 * It could not be asked.
	 */
	void unreachable(ManagedServer primary, ProbeAnswer answer) {
		if (!isGivenUp(primary, this.draft.now, answer)) {
			this.probing.askLater(primary, RetryBackoff.UNREACHABLE_PRIMARY.pauseAfter(1));
		}
	}

	private boolean isGivenUp(ManagedServer primary, long since, ProbeAnswer answer) {
		Long doubted = this.draft.succession.doubtedSince();
		if (doubted == null) {
			this.promotions.doubt(since);
			this.draft.then(Step.TELL, new PassingEffect.Tell(false,
					"The primary " + primary.id().name() + " does not answer: " + answer.reason()));
			return false;
		}
		if (this.draft.now - doubted < this.draft.policy.primary().patience().toNanos()) {
			return false;
		}
		giveUp(primary, doubted, answer);
		return true;
	}

	/**
	 * Let nobody wait for it for ever: threads that have a query on it come back. It gets
	 * a fresh pool, and its role again as soon as it answers.
	 */
	private void giveUp(ManagedServer primary, long doubted, ProbeAnswer answer) {
		this.draft.then(Step.TELL, new PassingEffect.TellPrimaryLost(PrimaryCause.SILENCE, doubted));
		this.transitions.startAnew(primary, FenceReason.SILENT, answer);
	}

	/**
	 * It has answered something, whatever that is.
	 */
	void answered(ManagedServer primary) {
		Long doubted = this.draft.succession.doubtedSince();
		if (doubted != null) {
			this.draft.succession = this.draft.succession.undoubted();
			this.draft.then(Step.TELL, new PassingEffect.Tell(false, "The primary " + primary.id().name()
					+ " answers again after " + (this.draft.now - doubted) / 1_000_000 + " ms"));
		}
	}

}
