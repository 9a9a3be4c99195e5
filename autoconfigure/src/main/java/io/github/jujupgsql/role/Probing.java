package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * Has servers asked for their role, one question to each at a time.
 */
final class Probing {

	private final Draft draft;

	Probing(Draft draft) {
		this.draft = draft;
	}

	void due(Fact.ProbeDue due) {
		ManagedServer server = this.draft.find(due.server());
		if (server != null && server.question().number() == due.question()) {
			boolean doubted = this.draft.isPrimary(server) && this.draft.succession.doubtedSince() != null;
			boolean promoted = this.draft.isPromotionSought() && this.draft.isNamed(server)
					&& !this.draft.isDeposed(server);
			if (doubted || promoted) {
				ask(server);
			}
			else {
				askIfUnsettled(server);
			}
		}
	}

	/**
	 * Ask a server whether it plays its role or not, because there is a reason to doubt
	 * it.
	 */
	void suspected(Fact.Suspected suspected) {
		ManagedServer server = this.draft.find(suspected.server());
		if (server != null && this.draft.isNamed(server)) {
			ask(server);
		}
	}

	void askUnsettled() {
		this.draft.namedServers().forEach(this::askIfUnsettled);
	}

	/**
	 * Ask a server that does not play its role. A former primary is not asked: once the
	 * new one is confirmed it gets a fresh pool, and that is asked.
	 */
	private void askIfUnsettled(ManagedServer server) {
		if (this.draft.isNamed(server) && !this.draft.isDeposed(server) && !this.draft.isSettled(server)) {
			ask(server);
		}
	}

	void ask(ManagedServer server) {
		if (server.question().open() || this.draft.paused) {
			return;
		}
		boolean master = this.draft.isMaster(server);
		long number = this.draft.nextNumber();
		Step step = master ? Step.ASK_MASTER : Step.ASK;
		this.draft.then(step, new ProbeEffect.Probe(server.id(), number, master, !master && server.hasLedElsewhere()));
		if (this.draft.isUsedForReads(server) || master) {
			expect(server, number, this.draft.policy.times().loginExcuses());
		}
		this.draft.put(server.asked(number, this.draft.now));
	}

	void expect(ManagedServer server, long question, int excuses) {
		Duration sickAfter = (this.draft.isMaster(server) && !this.draft.isUsedForReads(server))
				? this.draft.policy.primary().sickAfter() : this.draft.policy.sickAfter();
		this.draft.then(Step.ASK, new ProbeEffect.ExpectAnswer(server.id(), question, sickAfter, excuses));
	}

	void askLater(ManagedServer server, Duration pause) {
		this.draft.then(Step.ASK, new ProbeEffect.ProbeLater(server.id(), server.question().number(), pause));
	}

}
