package io.github.jujupgsql.role;

import io.github.jujupgsql.role.LastingEffect.FenceReason;

/**
 * Repeats what has been decided, because it is not known which of it has been done. Each
 * effect can be carried out twice.
 */
final class Repetition {

	private final Draft draft;

	Repetition(Draft draft) {
		this.draft = draft;
	}

	void ofAllThatIsDecided(RoleAssignment roles, AssignmentRules assignment) {
		this.draft.servers().forEach(this::repeat);
		assignment.publish(roles);
	}

	private void repeat(ManagedServer server) {
		ServerId id = server.id();
		switch (server.state()) {
			case PRIMARY -> this.draft.then(Step.GIVE_ROLE, new LastingEffect.GivePrimaryRole(id));
			case REPLICA -> this.draft.then(Step.GIVE_ROLE, new LastingEffect.GiveReplicaRole(id, true));
			case DRAINING -> this.draft.then(Step.LEAVE, new LastingEffect.Drain(id));
			case FENCED -> {
				this.draft.then(Step.FENCE_DEPOSED, new LastingEffect.Fence(id, ""));
				this.draft.then(Step.LEAVE, new LastingEffect.CloseFenced(id, FenceReason.DEPOSED, ""));
			}
			case NEW, EXCLUDED, WARMING, STEPPING_DOWN, CLOSED -> {
			}
		}
	}

}
