package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;

/**
 * Gives roles, and takes them.
 */
final class RoleTransitions {

	private final Draft draft;

	private final Probing probing;

	private final FailureRules failures;

	private final FenceRules fences;

	private final PromotionRules promotions;

	RoleTransitions(Draft draft, Probing probing, FailureRules failures, FenceRules fences, PromotionRules promotions) {
		this.draft = draft;
		this.probing = probing;
		this.failures = failures;
		this.fences = fences;
		this.promotions = promotions;
	}

	/**
	 * Give the primary role to a server that has said that it is not in recovery. Former
	 * primaries are fenced before it can be borrowed from, so that no commit is
	 * acknowledged there once there is one here.
	 */
	void promote(ManagedServer server) {
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
	void demote(ManagedServer server) {
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
	void sick(ManagedServer server, ProbeAnswer answer) {
		startAnew(server, FenceReason.SICK, answer);
	}

	/**
	 * Cut off a server that does not answer, and ask it with a fresh pool, unless its
	 * name leads to others as well.
	 */
	void startAnew(ManagedServer server, FenceReason why, ProbeAnswer answer) {
		this.draft.causedAt = this.draft.now;
		ManagedServer fresh = this.draft.names.renew(server);
		this.fences.fence(server, Step.FENCE, why, answer.reason());
		if (fresh != null) {
			this.failures.failed(fresh, answer, PoolSigns.NONE);
		}
	}

	void serveReads(ManagedServer server, boolean back) {
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
	void warmUp(ManagedServer server, ManagedServer former) {
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

}
