package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;

/**
 * Cuts servers off.
 */
final class FenceRules {

	private final Draft draft;

	FenceRules(Draft draft) {
		this.draft = draft;
	}

	/**
	 * Fence every server that has held the primary role, but for the new primary in
	 * another pool or under another name. One that the relation still names gets a fresh
	 * pool.
	 */
	void fenceDeposedBy(ManagedServer primary) {
		for (ManagedServer old : this.draft.servers()) {
			boolean over = old.state() == ServerState.FENCED || old.state() == ServerState.CLOSED;
			if (!old.heldPrimary() || over || old.id().equals(primary.id())) {
				continue;
			}
			if (this.draft.isNamed(old)) {
				this.draft.names.renew(old);
			}
			if (!old.isSameServerAs(primary)) {
				fence(old, Step.FENCE_DEPOSED, FenceReason.DEPOSED, succeeded(old, primary));
			}
		}
	}

	private String succeeded(ManagedServer old, ManagedServer primary) {
		if (old.id().name().equals(primary.id().name())) {
			return "its name leads to another server now";
		}
		ManagedServer master = this.draft.relationMaster();
		if (master != null && primary.isSameServerAs(master)) {
			return "the relation calls " + primary.id().name() + " the master";
		}
		return primary.id().name() + " has been promoted";
	}

	/**
	 * Cut off every connection to a server and close its pool.
	 */
	void fence(ManagedServer server, Step step, FenceReason why, String detail) {
		if (this.draft.isPrimary(server)) {
			this.draft.primary = null;
		}
		boolean draining = server.state() == ServerState.DRAINING;
		this.draft.then(step, new LastingEffect.Fence(server.id(), why.because(detail)));
		if (!draining) {
			// what drains closes the pool in the end
			this.draft.then(Step.LEAVE, new LastingEffect.CloseFenced(server.id(), why, detail));
		}
		this.draft.move(server, ServerState.FENCED);
	}

}
