package io.github.jujupgsql.role;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an answer of a server, and from there being none.
 */
final class AnswerRules {

	private final Draft draft;

	private final Probing probing;

	private final FailureRules failures;

	private final SuccessorRules successors;

	private final PromotionRules promotions;

	private final PrimaryRules primary;

	private final RoleTransitions transitions;

	private final NameRules names;

	private final HistoryRules histories;

	AnswerRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
		this.failures = new FailureRules(draft, probing);
		this.names = new NameRules(draft, probing);
		this.histories = new HistoryRules(draft, probing, this.failures);
		FenceRules fences = new FenceRules(draft);
		this.successors = new SuccessorRules(draft);
		this.promotions = new PromotionRules(draft, probing, this.failures, this.successors, this.names);
		this.transitions = new RoleTransitions(draft, probing, this.failures, fences, this.promotions);
		this.primary = new PrimaryRules(draft, probing, this.transitions, this.promotions);
	}

	void seen(Fact.PoolsSeen seen) {
		this.primary.seen(seen);
		this.names.lookUp();
	}

	void indistinct(Fact.Indistinct indistinct) {
		this.names.indistinct(indistinct);
	}

	void ledElsewhere(Fact.LedElsewhere led) {
		this.names.ledElsewhere(led);
	}

	void answered(Fact.Answered answered) {
		ManagedServer server = heard(answered.server(), answered.question());
		if (server != null && this.draft.isNamed(server)) {
			judge(server, answered.answer(), answered.signs());
		}
	}

	/**
	 * Take an answer to the last question; one to an older question, or a second one, is
	 * not heard.
	 */
	private @Nullable ManagedServer heard(ServerId id, long question) {
		ManagedServer server = this.draft.find(id);
		if (server == null || !server.owesAnswerTo(question)) {
			return null;
		}
		if (server.unresponsive()) {
			this.draft.then(Step.GIVE_ROLE, new PassingEffect.MarkUnresponsive(id, false));
		}
		return this.draft.put(server.heard().withUnresponsive(false));
	}

	private void judge(ManagedServer before, ProbeAnswer answer, PoolSigns signs) {
		ManagedServer server = before;
		if (answer.kind().tellsRole()) {
			boolean out = answer.kind() == Kind.NOT_IN_RECOVERY;
			server = this.draft.put(before.withSeen(before.seen().next(answer.identity(), out, this.draft.now)));
		}
		if (this.draft.isPrimary(server) && answer.kind().isFromServer() && answer.kind() != Kind.IN_RECOVERY) {
			this.primary.answered(server);
		}
		switch (answer.kind()) {
			case NOT_IN_RECOVERY -> notInRecovery(server, answer, signs);
			case IN_RECOVERY -> inRecovery(server, answer, signs);
			case UNREACHABLE -> unreachable(server, answer, signs);
			case CREDENTIALS_REFUSED, REFUSED, SET_UP_REFUSED, NOT_ASKED -> {
				// what is open in a pool is still good
				if (!this.draft.isSettled(server)) {
					this.failures.failed(server, answer, signs);
				}
				else if (this.draft.isUsedForReads(server) && !signs.open()) {
					this.transitions.sick(server, answer);
				}
			}
		}
	}

	private void unreachable(ManagedServer server, ProbeAnswer answer, PoolSigns signs) {
		if (this.draft.isUsedForReads(server)) {
			this.transitions.sick(server, answer);
		}
		else if (this.draft.isPrimary(server)) {
			this.primary.unreachable(server, answer);
		}
		else if (!this.draft.isSettled(server) && !this.names.forget(server)) {
			this.failures.failed(server, answer, signs);
			if (this.draft.isMaster(server)) {
				this.promotions.doubt(this.draft.now);
			}
		}
	}

	private void notInRecovery(ManagedServer before, ProbeAnswer answer, PoolSigns signs) {
		ManagedServer server = this.draft.put(before.withInRecovery(false));
		if (!this.draft.isMaster(server)) {
			if (!this.successors.isSuccessor(server)) {
				this.failures.notYet(server, answer, this.successors.reason(server), this.successors.backoff(server),
						signs);
				this.promotions.confront(server);
				return;
			}
			this.promotions.succeed(server);
		}
		else if (!this.draft.isPrimary(server) && this.successors.isBehind(server)) {
			this.promotions.refuse(server, answer, signs);
			return;
		}
		server = this.draft.put(server.withFailure(null));
		if (this.draft.isPrimary(server)) {
			this.promotions.confirmed(server);
			this.promotions.askRivals();
			this.histories.primaryAnswered(server);
			return;
		}
		ManagedServer former = this.draft.find(this.draft.primary);
		if (former != null && server.canTakeOverFrom(former) && former.isSameServerAs(server)) {
			this.transitions.warmUp(server, former);
		}
		else {
			this.transitions.promote(server);
			this.histories.promoted();
		}
	}

	private void inRecovery(ManagedServer server, ProbeAnswer answer, PoolSigns signs) {
		if (this.draft.isPrimary(server)) {
			this.transitions.demote(server);
		}
		if (this.draft.isMaster(server)) {
			this.failures.notYet(this.draft.put(server.withInRecovery(true)), answer, "in recovery",
					RetryBackoff.PROMOTION, signs);
			this.promotions.doubt(this.draft.now);
			return;
		}
		if (this.draft.succession.isOfOtherCluster(answer.identity())) {
			this.promotions.leaveOut(server, answer);
			return;
		}
		if (server.seen().history() == Sighting.History.STRAY) {
			this.histories.leaveOut(server, answer);
			return;
		}
		boolean back = server.failure() != null;
		ManagedServer answering = this.draft.put(server.withFailure(null));
		this.promotions.heard(answering);
		if (!answering.inRecovery()) {
			serveReads(answering, back);
		}
		this.histories.heard(answering.id());
	}

	private void serveReads(ManagedServer answering, boolean back) {
		ManagedServer former = this.draft.predecessorOf(answering);
		if (former != null) {
			this.transitions.warmUp(answering, former);
		}
		else {
			this.transitions.serveReads(answering, back);
		}
	}

	void warmedUp(Fact.WarmedUp warmedUp) {
		this.transitions.warmedUp(warmedUp);
	}

	void overdue(Fact.ProbeOverdue overdue) {
		ManagedServer server = this.draft.find(overdue.server());
		if (server == null || !server.owesAnswerTo(overdue.question())) {
			return;
		}
		PoolSigns signs = overdue.signs();
		if (overdue.timerLate() || overdue.progressed()) {
			this.probing.expect(server, overdue.question(), overdue.excuses());
		}
		else if (overdue.excuses() > 0 && signs.loggingIn() && signs.open()) {
			this.probing.expect(server, overdue.question(), overdue.excuses() - 1);
		}
		else if (this.draft.isPrimary(server)) {
			this.primary.silent(server, overdue.question());
		}
		else if (this.draft.isMaster(server) && !this.draft.isUsedForReads(server)) {
			this.promotions.doubt(server.question().askedAt());
		}
		else {
			answered(new Fact.Answered(overdue.server(), overdue.question(),
					ProbeAnswer.unanswered(this.draft.policy.sickAfter()), signs));
		}
	}

}
