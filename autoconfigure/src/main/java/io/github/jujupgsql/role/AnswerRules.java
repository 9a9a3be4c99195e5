package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an answer of a server, and from there being none.
 */
final class AnswerRules {

	private final Draft draft;

	private final Probing probing;

	private final FailureRules failures;

	private final FenceRules fences;

	private final SuccessorRules successors;

	private final PromotionRules promotions;

	private final PrimaryRules primary;

	AnswerRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
		this.failures = new FailureRules(draft, probing);
		this.fences = new FenceRules(draft);
		this.successors = new SuccessorRules(draft);
		this.promotions = new PromotionRules(draft, probing, this.failures, this.successors);
		this.primary = new PrimaryRules(draft, probing, this.failures, this.fences, this.promotions);
	}

	void seen(Fact.PoolsSeen seen) {
		this.primary.seen(seen);
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
					sick(server, answer);
				}
			}
		}
	}

	private void unreachable(ManagedServer server, ProbeAnswer answer, PoolSigns signs) {
		if (this.draft.isUsedForReads(server)) {
			sick(server, answer);
		}
		else if (this.draft.isPrimary(server)) {
			this.primary.unreachable(server, answer);
		}
		else if (!this.draft.isSettled(server)) {
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
				this.promotions.heard(server);
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
			return;
		}
		ManagedServer former = this.draft.find(this.draft.primary);
		if (former != null && server.canTakeOverFrom(former)) {
			warmUp(server, former);
		}
		else {
			promote(server);
		}
	}

	private void inRecovery(ManagedServer server, ProbeAnswer answer, PoolSigns signs) {
		if (this.draft.isPrimary(server)) {
			demote(server);
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
		boolean back = server.failure() != null;
		ManagedServer answering = this.draft.put(server.withFailure(null));
		this.promotions.heard(answering);
		if (answering.inRecovery()) {
			return;
		}
		ManagedServer former = this.draft.predecessorOf(answering);
		if (former != null) {
			warmUp(answering, former);
		}
		else {
			serveReads(answering, back);
		}
	}

	private void serveReads(ManagedServer server, boolean back) {
		if (back) {
			this.draft.causedAt = this.draft.now;
		}
		this.draft.put(server.withInRecovery(true));
		if (this.draft.policy.maximumLag() != null) {
			this.draft.then(Step.ASK, new ProbeEffect.MeasureLag());
		}
	}

	/**
	 * Let new credentials wait until their pool can carry the load.
	 */
	private void warmUp(ManagedServer server, ManagedServer former) {
		ManagedServer warming = (server.warmingSince() != null) ? server
				: this.draft.put(server.withWarmingSince(this.draft.now));
		this.draft.move(warming, ServerState.WARMING);
		this.draft.then(Step.ASK, new ProbeEffect.WarmUp(server.id(), former.id()));
	}

	void warmedUp(Fact.WarmedUp warmedUp) {
		ManagedServer server = this.draft.find(warmedUp.server());
		if (server == null || server.state() != ServerState.WARMING || server.warmingSince() == null) {
			return;
		}
		boolean longEnough = this.draft.now - server.warmingSince() > this.draft.policy.times().warmUp().toNanos();
		boolean stillNeeded = this.draft.find(warmedUp.former()) != null;
		if (stillNeeded && !warmedUp.ready() && !longEnough) {
			this.probing.askLater(server, RetryBackoff.PROMOTION.pauseAfter(1));
		}
		else if (this.draft.isMaster(server)) {
			promote(server);
		}
		else {
			serveReads(server, false);
		}
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

	/**
	 * Give the primary role to a server that has said that it is not in recovery. Former
	 * primaries are fenced before it can be borrowed from, so that no commit is
	 * acknowledged there once there is one here.
	 */
	private void promote(ManagedServer server) {
		ManagedServer former = this.draft.find(this.draft.primary);
		if (former != null && !former.isSameServerAs(server)) {
			this.draft.then(Step.STEP_DOWN, new LastingEffect.Publish(
					this.draft.before.roles().withoutPrimary(server.id().name() + " is being made the primary")));
		}
		this.fences.fenceDeposedBy(server);
		this.draft.put(server.withHeldPrimary());
		this.draft.primary = server.id();
		this.promotions.confirmed(server);
		this.draft.then(Step.GIVE_ROLE, new LastingEffect.GivePrimaryRole(server.id()));
		this.draft.then(Step.RETURN_PROBE_CONNECTION, new LastingEffect.ReturnProbeConnection(server.id()));
		this.draft.then(Step.ASK, new PassingEffect.Fill(server.id(), this.draft.policy.times().fillDelay()));
		this.probing.askUnsettled();
	}

	/**
	 * Take the primary role from a server that turns out to be in recovery although the
	 * relation still calls it the master. It may get it back.
	 */
	private void demote(ManagedServer server) {
		this.draft.primary = null;
		this.draft.causedAt = this.draft.now;
		this.draft.then(Step.GIVE_ROLE, new PassingEffect.InvalidateVerification(server.id()));
		this.draft.then(Step.TELL, new PassingEffect.Tell(true, "The primary " + server.id().name()
				+ " is in recovery although the relation calls it the master; writes wait"));
		this.draft.then(Step.TELL, new PassingEffect.TellPrimaryLost(PrimaryCause.DEMOTION, this.draft.now));
		this.promotions.doubt(this.draft.now);
	}

	/**
	 * Leave out a server that serves reads and does not answer. It comes back with a
	 * fresh pool, as if it had just been named.
	 */
	private void sick(ManagedServer server, ProbeAnswer answer) {
		this.draft.causedAt = this.draft.now;
		ManagedServer fresh = this.draft.create(server.connectionString());
		this.fences.fence(server, Step.FENCE, FenceReason.SICK, answer.reason());
		this.failures.failed(fresh, answer, PoolSigns.NONE);
	}

}
