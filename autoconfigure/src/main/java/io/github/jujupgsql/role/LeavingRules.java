package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;

/**
 * How servers leave.
 */
final class LeavingRules {

	private final Draft draft;

	private final FenceRules fences;

	LeavingRules(Draft draft) {
		this.draft = draft;
		this.fences = new FenceRules(draft);
	}

	/**
	 * See off what the relation does not name any more and what is not needed. A former
	 * primary waits until the new one is confirmed: until then it is not known whether it
	 * has to be fenced.
	 */
	void dismissFormer(RoleAssignment roles) {
		for (ManagedServer server : this.draft.former()) {
			if (!isNeeded(server, roles)) {
				this.draft.then(Step.LEAVE, new LastingEffect.Drain(server.id()));
				this.draft.move(server, ServerState.DRAINING);
			}
		}
	}

	private boolean isNeeded(ManagedServer server, RoleAssignment roles) {
		if (server.heldPrimary()) {
			ManagedServer master = this.draft.master();
			return master != null && !this.draft.isPrimary(master);
		}
		return roles.replicas().contains(server.id()) || (server.inRecovery() && isReplacementAwaited(server));
	}

	private boolean isReplacementAwaited(ManagedServer server) {
		for (ManagedServer named : this.draft.namedServers()) {
			if (!this.draft.isSettled(named) && named.canTakeOverFrom(server)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Bound the work in flight on a primary that the relation has withdrawn, from then
	 * on, whatever becomes of the one that it names now.
	 */
	void limitWithdrawn() {
		for (ManagedServer server : this.draft.servers()) {
			boolean withdrawn = isWithdrawn(server);
			if (withdrawn && server.withdrawal() == 0) {
				long withdrawal = this.draft.nextNumber();
				this.draft.put(server.withWithdrawal(withdrawal));
				this.draft.then(Step.ASK,
						new ProbeEffect.LimitWithdrawn(server.id(), withdrawal, this.draft.policy.drainTimeout()));
			}
			else if (!withdrawn && server.withdrawal() != 0) {
				this.draft.put(server.withWithdrawal(0));
			}
		}
	}

	private boolean isWithdrawn(ManagedServer server) {
		return this.draft.isDeposed(server) && !server.state().hasLeft() && !this.draft.isPrimary(server);
	}

	void withdrawalDue(Fact.WithdrawalDue due, Probing probing) {
		ManagedServer server = this.draft.find(due.server());
		if (server == null || server.withdrawal() != due.withdrawal() || server.state().hasLeft()) {
			return;
		}
		if (this.draft.isNamed(server)) {
			this.draft.names.renew(server);
		}
		this.fences.fence(server, Step.FENCE, FenceReason.WITHDRAWN, "");
		probing.askUnsettled();
	}

	void closed(Fact.PoolClosed closed) {
		ManagedServer server = this.draft.find(closed.server());
		if (server != null && server.state().hasLeft()) {
			this.draft.remove(this.draft.move(server, ServerState.CLOSED));
		}
	}

}
