package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * What follows from looking at the replicas. Where no read has come back since the last
 * look, the next borrower of each connection verifies it first: the server may have gone,
 * and no read has been there to notice. Where some are in flight, or no connection could
 * be opened the last time, the server itself is asked; while it owes the answer, other
 * replicas are preferred. Nothing is sent on behalf of this while all is well, or while
 * no thread reads.
 */
final class ReplicaRules {

	private final Draft draft;

	private final Probing probing;

	ReplicaRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
	}

	void seen(Fact.PoolsSeen seen) {
		seen.signs().forEach((id, signs) -> {
			ManagedServer server = this.draft.find(id);
			if (server != null && this.draft.isNamed(server) && this.draft.isUsedForReads(server)) {
				look(server, signs);
			}
		});
	}

	private void look(ManagedServer before, PoolSigns signs) {
		ManagedServer server = markUnresponsive(before);
		boolean stalled = false;
		if (signs.progress() != server.progress()) {
			this.draft.lastRead = this.draft.now;
			server = this.draft.put(server.withProgress(signs.progress()));
		}
		else {
			this.draft.then(Step.GIVE_ROLE, new PassingEffect.InvalidateVerification(server.id()));
			stalled = signs.active() > 0 || (signs.queue() && !signs.open());
		}
		long unaskedFor = this.draft.now - server.question().askedAt();
		long interval = this.draft.policy.sickAfter().toNanos() / this.draft.policy.times().questions();
		ManagedServer primary = this.draft.find(this.draft.primary);
		if (((stalled || signs.unreachable()) && unaskedFor >= interval)
				|| HistoryRules.isUnaskedSincePromotion(server, primary)) {
			this.probing.ask(server);
		}
	}

	private ManagedServer markUnresponsive(ManagedServer server) {
		long owed = server.question().open() ? this.draft.now - server.question().askedAt() : 0;
		boolean unresponsive = owed > this.draft.policy.sickAfter().toNanos() / this.draft.policy.times().promptPart();
		if (unresponsive == server.unresponsive()) {
			return server;
		}
		this.draft.then(Step.GIVE_ROLE, new PassingEffect.MarkUnresponsive(server.id(), unresponsive));
		return this.draft.put(server.withUnresponsive(unresponsive));
	}

	void lagMeasured(Fact.LagMeasured measured) {
		ManagedServer server = this.draft.find(measured.server());
		Duration maximum = this.draft.policy.maximumLag();
		if (server == null || maximum == null) {
			return;
		}
		boolean lagging = measured.lag().compareTo(maximum) > 0;
		if (lagging != server.lagging()) {
			this.draft.causedAt = this.draft.now;
			this.draft.put(server.withLagging(lagging));
			String standby = "Standby " + server.id().name();
			this.draft.then(Step.TELL,
					new PassingEffect.Tell(false,
							lagging ? standby + " serves no reads: it lags by " + measured.lag().toMillis() + " ms"
									: standby + " has caught up"));
		}
	}

}
