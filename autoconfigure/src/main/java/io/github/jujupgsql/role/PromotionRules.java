package io.github.jujupgsql.role;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a promotion that the relation does not know yet. The relation says
 * who takes part, the servers say who is the primary: while the one that it names is in
 * doubt, the others are asked, and the one that goes on from its history on a higher
 * timeline takes its place.
 */
final class PromotionRules {

	private final Draft draft;

	private final Probing probing;

	private final FailureRules failures;

	private final SuccessorRules successors;

	private final NameRules names;

	PromotionRules(Draft draft, Probing probing, FailureRules failures, SuccessorRules successors, NameRules names) {
		this.draft = draft;
		this.probing = probing;
		this.failures = failures;
		this.successors = successors;
		this.names = names;
	}

	/**
	 * It is not known any more whether the server that is to be the primary is one.
	 * @param since since when
	 */
	void doubt(long since) {
		boolean news = this.draft.succession.doubtedSince() == null;
		this.draft.succession = this.draft.succession.doubted(since);
		if (news && this.draft.isPromotionSought()) {
			for (ManagedServer server : this.draft.namedServers()) {
				if (!this.draft.isMaster(server) && !this.draft.isDeposed(server)) {
					this.probing.ask(server);
				}
			}
		}
	}

	/**
	 * A standby has answered from within recovery. Ask it again soon while a promotion
	 * may be under way.
	 */
	void heard(ManagedServer server) {
		Long since = this.draft.succession.doubtedSince();
		if (since != null && this.draft.isPromotionSought() && !this.draft.isMaster(server)) {
			PromotionTimes times = this.draft.policy.times().promotion();
			boolean early = this.draft.now - since < times.lasts().toNanos();
			this.probing.askLater(server, early ? times.interval() : times.rarely());
		}
	}

	/**
	 * Make a server the one that is to be the primary, although the relation does not say
	 * so, or not any more what it said before.
	 */
	void succeed(ManagedServer server) {
		ConnectionString master = this.draft.relation.master();
		Succession succession = this.draft.succession;
		this.draft.names.putFirst(server);
		if (succession.doubtedSince() != null) {
			this.draft.causedAt = succession.doubtedSince();
		}
		if (server.connectionString().equals(master)) {
			this.draft.succession = succession.follow(null, null);
			return;
		}
		this.draft.succession = succession.follow(server.connectionString(),
				(master != null) ? master.address() : null);
		ServerIdentity identity = server.seen().identity();
		this.draft.then(Step.TELL, new PassingEffect.Tell(false,
				server.id().name() + " has been promoted to timeline " + ((identity != null) ? identity.timeline() : 0)
						+ " and is the primary from now on; the relation still " + "calls "
						+ ((master != null) ? this.draft.relation.nameOf(master) : "none") + " the master"));
	}

	private boolean returnToLastPrimary(ManagedServer behind) {
		for (ManagedServer server : this.draft.namedServers()) {
			boolean last = server.heldPrimary() && !server.state().hasLeft() && !server.id().equals(behind.id())
					&& !this.draft.succession.isOlder(server.seen().identity());
			if (last) {
				this.draft.names.putFirst(server);
				this.draft.succession = this.draft.succession.follow(server.connectionString(),
						behind.connectionString().address());
				this.probing.ask(server);
				return true;
			}
		}
		return false;
	}

	/**
	 * A server has turned out to be ahead of the primary: ask that whether it is one.
	 */
	void confront(ManagedServer rival) {
		ManagedServer primary = this.draft.find(this.draft.primary);
		if (primary != null && this.successors.isRival(rival)) {
			this.probing.ask(primary);
		}
	}

	/**
	 * The primary has answered. Ask the servers that are ahead of it and have a witness
	 * once more.
	 */
	void askRivals() {
		for (ManagedServer rival : this.draft.namedServers()) {
			if (this.successors.isRival(rival) && this.successors.hasWitness(rival)) {
				this.probing.ask(rival);
			}
		}
	}

	/**
	 * Let no server write that is on a lower timeline than the last primary. If the
	 * relation has left that for this one, it is asked instead, as are all others that
	 * may have gone on from there.
	 */
	void refuse(ManagedServer master, ProbeAnswer answer, PoolSigns signs) {
		boolean left = returnToLastPrimary(master);
		for (ManagedServer server : this.draft.namedServers()) {
			if (!server.id().equals(master.id())) {
				this.probing.ask(server);
			}
		}
		this.failures.notYet(master, answer, this.successors.reason(master),
				left ? RetryBackoff.NO_STANDBY : RetryBackoff.MASTER, signs);
		if (!left) {
			doubt(this.draft.now);
		}
	}

	/**
	 * A server is the primary, from now on or still.
	 */
	void confirmed(ManagedServer primary) {
		ServerIdentity identity = primary.seen().identity();
		Succession before = this.draft.succession;
		this.draft.succession = before.confirmed(Lineage.of(identity, this.draft.now));
		if (before.isOfOtherCluster(identity)) {
			this.draft.then(Step.TELL, new PassingEffect.Tell(true, "The primary " + primary.id().name()
					+ " belongs to another cluster than the last one: other data is read and written from now on"));
		}
		if (before.isOlder(identity)) {
			tellLower(primary, before.lineage());
		}
		this.names.forgetPrimaryItself(primary);
		for (ManagedServer server : this.draft.namedServers()) {
			if (server.inRecovery() && !this.draft.isMaster(server)
					&& this.draft.succession.isOfOtherCluster(server.seen().identity())) {
				leaveOut(server, ProbeAnswer.of(Kind.IN_RECOVERY));
			}
		}
	}

	private void tellLower(ManagedServer primary, @Nullable Lineage last) {
		ServerIdentity identity = primary.seen().identity();
		this.draft.then(Step.TELL,
				new PassingEffect.Tell(true, primary.id().name() + " is made the primary on timeline "
						+ ((identity != null) ? identity.timeline() : 0)
						+ ", as the relation says, although the last one wrote on "
						+ ((last != null) ? last.timeline() : 0) + ": what was written there since is not here"));
	}

	/**
	 * Let a standby serve no reads that has other data than the primary.
	 */
	void leaveOut(ManagedServer standby, ProbeAnswer answer) {
		this.failures.leaveOut(standby, answer, "it belongs to another cluster than the primary");
	}

}
