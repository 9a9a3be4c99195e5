package io.github.jujupgsql.role;

import java.time.Duration;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.role.LastingEffect.FenceReason;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What follows from where a name leads. Each server behind a name has a pool of its own,
 * so that all rules hold for each of them: a name may lead to several standbys, and the
 * master's to another server than before.
 */
final class NameRules {

	/** More than stand behind any name. */
	private static final int MOST = 32;

	private final Draft draft;

	private final Probing probing;

	private final FenceRules fences;

	NameRules(Draft draft, Probing probing) {
		this.draft = draft;
		this.probing = probing;
		this.fences = new FenceRules(draft);
	}

	/**
	 * A connection that was opened by a server's name leads to another server.
	 */
	void ledElsewhere(Fact.LedElsewhere led) {
		ManagedServer server = this.draft.find(led.server());
		ServerIdentity other = led.answer().identity();
		if (server == null || other == null || !this.draft.isNamed(server) || this.draft.paused) {
			return;
		}
		if (this.draft.names.indistinct.contains(server.connectionString())) {
			this.draft.then(Step.ASK, new PassingEffect.TakeAll(server.id()));
		}
		else if (server.connectionString().equals(this.draft.relation.master())) {
			masterLedElsewhere(server, led.answer(), other, led.answering());
		}
		else if (!isKnown(server.connectionString(), other)) {
			standbyLedElsewhere(server, led.answer(), other, led.answering());
		}
	}

	/**
	 * The relation names what its master's name leads to. One that has been promoted
	 * takes the place of the one before; one that has been started again is the same. If
	 * the one before has yet to say who it is, and answers, it is slow, and most likely
	 * this very one.
	 */
	private void masterLedElsewhere(ManagedServer server, ProbeAnswer answer, ServerIdentity other, boolean answering) {
		Succession succession = this.draft.succession;
		boolean primary = this.draft.isPrimary(server);
		if (!primary && answering && server.seen().identity() == null) {
			return;
		}
		boolean silent = primary ? succession.doubtedSince() != null : server.question().open();
		if (answer.kind() == Kind.NOT_IN_RECOVERY && !succession.isOlder(other)
				&& (silent || (primary ? succession.isNewer(other) : answering))) {
			moved(server, other, silent);
		}
		else if (!answering) {
			bind(server, other);
		}
		else {
			this.probing.ask(server);
		}
	}

	private void moved(ManagedServer server, ServerIdentity other, boolean silent) {
		ServerIdentity last = server.seen().identity();
		if (last != null && !last.instance().equals(other.instance())) {
			tell(server, " leads to another server now, on timeline " + other.timeline(), other);
		}
		this.draft.causedAt = this.draft.now;
		ManagedServer fresh = this.draft.create(server.connectionString());
		if (silent && this.draft.isPrimary(server)) {
			this.fences.fence(server, Step.FENCE, FenceReason.SILENT, "its name leads to another server");
		}
		this.probing.ask(fresh);
	}

	private void standbyLedElsewhere(ManagedServer server, ProbeAnswer answer, ServerIdentity other,
			boolean answering) {
		int behind = this.draft.names.behindNameOf(server).size();
		if (!answering && behind == 1) {
			bind(server, other);
		}
		else if (answer.kind() == Kind.IN_RECOVERY && behind < MOST) {
			this.draft.names.shared.add(server.connectionString());
			tell(server, " leads to one more server", other);
			this.probing.ask(this.draft.names.createFurther(server.connectionString(), other));
		}
	}

	/**
	 * One connection leads now to this server, now to that one. Take all that stand
	 * behind its name for one.
	 */
	void indistinct(Fact.Indistinct fact) {
		ManagedServer server = this.draft.find(fact.server());
		if (server == null || !this.draft.isNamed(server)
				|| !this.draft.names.indistinct.add(server.connectionString())) {
			return;
		}
		this.draft.names.shared.remove(server.connectionString());
		this.draft.names.putFirst(server);
		for (ManagedServer other : this.draft.names.behindNameOf(server)) {
			this.draft.names.further.remove(other.id());
		}
		this.draft.then(Step.TELL,
				new PassingEffect.Tell(true,
						"Connections to " + server.id().name()
								+ " lead to one server after the other, as behind a pooler in transaction mode: "
								+ "what one of them says is taken for what all of them say"));
	}

	private void bind(ManagedServer server, ServerIdentity other) {
		this.draft.then(Step.ASK_MASTER, new PassingEffect.Bind(server.id(), other));
		this.probing.ask(server);
	}

	private boolean isKnown(ConnectionString name, ServerIdentity other) {
		for (ManagedServer server : this.draft.namedServers()) {
			ServerIdentity identity = server.seen().identity();
			boolean same = (identity != null) ? identity.instance().equals(other.instance())
					: server.id().instance() != null && other.instance().equals(server.id().instance());
			if (same && server.connectionString().equals(name)) {
				return true;
			}
		}
		return false;
	}

	private void tell(ManagedServer server, String what, ServerIdentity other) {
		this.draft.then(Step.TELL,
				new PassingEffect.Tell(false, ServerIdentity.withAddress(server.id().name() + what, other.address())));
	}

	/**
	 * Let a name forget a server that is the primary under the master's name as well.
	 */
	void forgetPrimaryItself(ManagedServer primary) {
		if (this.draft.names.further.isEmpty()) {
			return;
		}
		for (ManagedServer server : this.draft.namedServers()) {
			if (server.isSameWriterAs(primary) && !this.draft.isMaster(server)
					&& this.draft.names.behindNameOf(server).size() > 1) {
				this.draft.names.renew(server);
			}
		}
	}

	/**
	 * Let a name forget a server that cannot be reached by it, if it leads to others.
	 * @return whether it does
	 */
	boolean forget(ManagedServer server) {
		return !this.draft.isMaster(server) && this.draft.names.behindNameOf(server).size() > 1
				&& this.draft.names.renew(server) == null;
	}

	/**
	 * See where names lead: the master's while it owes an answer, because it may lead to
	 * another server by now; that of several standbys once in a while, because it may
	 * lead to one more.
	 */
	void lookUp() {
		NameTimes times = this.draft.policy.times().names();
		ManagedServer master = this.draft.relationMaster();
		if (master != null && owesAnswer(master)) {
			lookUp(master, times.ofMaster(), master.question().askedAt());
		}
		boolean reading = this.draft.now - this.draft.lastRead < this.draft.policy.times().activeAfterRead().toNanos();
		for (ConnectionString name : this.draft.names.shared) {
			ManagedServer first = this.draft.find(this.draft.named.get(name));
			if (reading && first != null && !this.draft.isMaster(first)) {
				lookUp(first, times.ofSeveral(), first.since());
			}
		}
	}

	/**
	 * Return whether it has owed an answer for as long as it may. The first one takes
	 * time: the login is part of it.
	 */
	private boolean owesAnswer(ManagedServer master) {
		if (this.draft.isPrimary(master)) {
			return this.draft.succession.doubtedSince() != null;
		}
		long owed = this.draft.now - master.question().askedAt();
		return master.question().open() && owed >= this.draft.policy.primary().sickAfter().toNanos();
	}

	private void lookUp(ManagedServer server, Duration interval, long since) {
		Long last = this.draft.names.lookedUp.get(server.connectionString());
		long due = later(since, last) + interval.toNanos();
		if (this.draft.now - due >= 0 && !this.draft.paused) {
			this.draft.names.lookedUp.put(server.connectionString(), this.draft.now);
			this.draft.then(Step.ASK, new ProbeEffect.LookUp(server.id()));
		}
	}

	private static long later(long one, @Nullable Long other) {
		return (other == null || one - other > 0) ? one : other;
	}

}
