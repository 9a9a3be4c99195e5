package io.github.jujupgsql.role;

import io.github.jujupgsql.role.ManagedServer.Failure;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What follows when a server cannot play its role yet: it is told once, and the server is
 * asked again later.
 */
final class FailureRules {

	private final Draft draft;

	private final Probing probing;

	FailureRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
	}

	void failed(ManagedServer server, ProbeAnswer answer, PoolSigns signs) {
		notYet(server, answer, answer.reason(), backoff(server, answer.kind()), signs);
	}

	private RetryBackoff backoff(ManagedServer server, Kind kind) {
		if (kind == Kind.CREDENTIALS_REFUSED) {
			return RetryBackoff.CREDENTIALS;
		}
		if (this.draft.isMaster(server)) {
			return RetryBackoff.MASTER;
		}
		return (kind == Kind.SET_UP_REFUSED) ? RetryBackoff.SETTINGS : RetryBackoff.STANDBY;
	}

	void notYet(ManagedServer server, ProbeAnswer answer, String reason, RetryBackoff backoff, PoolSigns signs) {
		if (this.draft.isMaster(server) && backoff != RetryBackoff.PROMOTION) {
			this.draft.masterFailures++;
		}
		Failure last = server.failure();
		// the words of a server or a driver may vary, ours do not
		boolean news = last == null || !last.answer().isOfSameKind(answer)
				|| (answer.kind().tellsRole() && !last.reason().equals(reason));
		Failure failure = failure(last, news, answer, reason, signs);
		ManagedServer failed = this.draft.put(server.withFailure(failure));
		this.probing.askLater(failed, backoff.pauseAfter(failure.count()));
		if (news) {
			this.draft.then(Step.TELL, tell(failed, reason, backoff));
		}
	}

	/**
	 * Let a standby serve no reads, although it is one.
	 */
	void leaveOut(ManagedServer standby, ProbeAnswer answer, String reason) {
		notYet(this.draft.put(standby.withInRecovery(false)), answer, reason, RetryBackoff.NO_STANDBY, PoolSigns.NONE);
	}

	private Failure failure(@Nullable Failure last, boolean news, ProbeAnswer answer, String reason, PoolSigns signs) {
		int count = (news || last == null) ? 1 : last.count() + 1;
		long refusedSince = (news || last == null) ? this.draft.now : last.refusedSince();
		// once is not enough: a server that restarts, or whose users are just being made,
		// refuses what it takes a moment later
		boolean failFast = answer.kind() == Kind.CREDENTIALS_REFUSED && count > 1 && !signs.created()
				&& this.draft.now - refusedSince >= this.draft.policy.times().failFastAfter().toNanos();
		return new Failure(answer, reason, count, refusedSince, failFast);
	}

	private Effect tell(ManagedServer server, String reason, RetryBackoff backoff) {
		String name = server.id().name();
		if (backoff == RetryBackoff.PROMOTION) {
			return new PassingEffect.Tell(false, "Waiting for " + name + " to leave recovery; then it is the primary");
		}
		if (isCoveredFor(server)) {
			return new PassingEffect.Tell(true,
					"New connections to " + name
							+ " cannot be opened as the relation says now, so work goes on with those that are open: "
							+ reason);
		}
		if (server.connectionString().equals(this.draft.relation.master()) && !this.draft.isMaster(server)) {
			return new PassingEffect.Tell(false, name + ", which the relation calls the master, is not: " + reason);
		}
		if (this.draft.isMaster(server)) {
			String what = (this.draft.succession.ahead() != null) ? "The promoted server " : "The relation's master ";
			return new PassingEffect.Tell(true, what + name + " cannot be the primary yet: " + reason);
		}
		boolean twoAnswer = !this.draft.followsPromotions() || !this.draft.succession.isUnconfirmed(server.seen());
		return new PassingEffect.Tell(twoAnswer, "Standby " + name + " serves no reads: " + reason);
	}

	/**
	 * Return whether a pool with former credentials plays the role until this one can.
	 */
	private boolean isCoveredFor(ManagedServer server) {
		if (!this.draft.isMaster(server)) {
			return this.draft.predecessorOf(server) != null;
		}
		ManagedServer primary = this.draft.find(this.draft.primary);
		return primary != null && !this.draft.isPrimary(server) && server.canTakeOverFrom(primary);
	}

}
