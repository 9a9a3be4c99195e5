package io.github.jujupgsql.role;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one server with one set of credentials. Stands for one pool, whose
 * target and credentials never change.
 *
 * @param id tells it from every other
 * @param connectionString how it is reached
 * @param state where it is in its life
 * @param since since when it is there, as of {@link System#nanoTime()}
 * @param heldPrimary whether it has been lent as primary: no borrower may go on writing
 * there once another server is the primary
 * @param inRecovery whether it has answered from within recovery, and so may serve reads
 * @param lagging whether it has replayed too little to serve reads, or may have
 * @param question the last question that it has been asked
 * @param failure what keeps it from its role, or {@code null} if nothing is known to
 * @param warmingSince since when its pool has been getting as many connections as the one
 * with the former credentials, or {@code null} if it has not begun to
 * @param withdrawal which withdrawal bounds the work in flight on it; 0 if none does
 * @param progress what its pool showed of work coming back when it was last looked at
 * @param seen what it last said of itself
 * @param unresponsive whether other replicas are preferred, as it owes an answer
 * @since 0.1.0
 */
public record ManagedServer(ServerId id, ConnectionString connectionString, ServerState state, long since,
		boolean heldPrimary, boolean inRecovery, boolean lagging, Question question, @Nullable Failure failure,
		@Nullable Long warmingSince, long withdrawal, long progress, Sighting seen, boolean unresponsive) {

	static ManagedServer create(ServerId id, ConnectionString connectionString, boolean lagging, Sighting seen,
			long now) {
		return new ManagedServer(id, connectionString, ServerState.NEW, now, false, false, lagging,
				new Question(0, now, false), null, null, 0, 0, seen, false);
	}

	/**
	 * Return the server in another state. Nothing else changes a server's state.
	 * @param next the state
	 * @param now the time
	 * @return the server
	 * @throws IllegalStateException if the one does not follow the other
	 */
	ManagedServer moveTo(ServerState next, long now) {
		if (!this.state.next().contains(next)) {
			throw new IllegalStateException(this.id + " cannot go from " + this.state + " to " + next);
		}
		return new ManagedServer(this.id, this.connectionString, next, now, this.heldPrimary, this.inRecovery,
				this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal, this.progress, this.seen,
				this.unresponsive);
	}

	ManagedServer asked(long number, long now) {
		return with(new Question(number, now, true));
	}

	ManagedServer heard() {
		return with(new Question(this.question.number(), this.question.askedAt(), false));
	}

	private ManagedServer with(Question question) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, question, this.failure, this.warmingSince, this.withdrawal,
				this.progress, this.seen, this.unresponsive);
	}

	ManagedServer withHeldPrimary() {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, true, this.inRecovery,
				this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal, this.progress, this.seen,
				this.unresponsive);
	}

	ManagedServer withInRecovery(boolean inRecovery) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary, inRecovery,
				this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal, this.progress, this.seen,
				this.unresponsive);
	}

	ManagedServer withLagging(boolean lagging) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, lagging, this.question, this.failure, this.warmingSince, this.withdrawal,
				this.progress, this.seen, this.unresponsive);
	}

	ManagedServer withFailure(@Nullable Failure failure) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, failure, this.warmingSince, this.withdrawal,
				this.progress, this.seen, this.unresponsive);
	}

	ManagedServer withWarmingSince(long warmingSince) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, this.failure, warmingSince, this.withdrawal,
				this.progress, this.seen, this.unresponsive);
	}

	ManagedServer withWithdrawal(long withdrawal) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, this.failure, this.warmingSince, withdrawal,
				this.progress, this.seen, this.unresponsive);
	}

	ManagedServer withProgress(long progress) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal,
				progress, this.seen, this.unresponsive);
	}

	ManagedServer withSeen(Sighting seen) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal,
				this.progress, seen, this.unresponsive);
	}

	ManagedServer withUnresponsive(boolean unresponsive) {
		return new ManagedServer(this.id, this.connectionString, this.state, this.since, this.heldPrimary,
				this.inRecovery, this.lagging, this.question, this.failure, this.warmingSince, this.withdrawal,
				this.progress, this.seen, unresponsive);
	}

	/**
	 * Return whether a question is its last one and has yet to be answered.
	 */
	boolean owesAnswerTo(long number) {
		return this.question.open() && this.question.number() == number;
	}

	/**
	 * Return whether its name has led, the last time, to a server that is no standby of
	 * the primary.
	 */
	boolean hasLedElsewhere() {
		return this.failure != null && this.failure.answer().kind().tellsRole();
	}

	/**
	 * Return whether it may serve reads as a standby.
	 */
	boolean mayServeReads() {
		return this.inRecovery && !this.heldPrimary && !this.lagging;
	}

	/**
	 * Return whether it may have reads in flight.
	 * @param master whether the relation calls it the master
	 */
	boolean isUsedForReads(boolean master) {
		return master ? this.state == ServerState.REPLICA : this.inRecovery;
	}

	boolean mustFailFast() {
		return this.failure != null && this.failure.failFast();
	}

	/**
	 * Return whether what answers here and there out of recovery is known to be the same.
	 */
	boolean isSameWriterAs(ManagedServer other) {
		ServerIdentity here = this.seen.writer();
		ServerIdentity there = other.seen.writer();
		return here != null && there != null && here.instance().equals(there.instance());
	}

	/**
	 * Return whether another primary is the same server, in another pool or under another
	 * name. One address may lead to another server than before.
	 */
	boolean isSameServerAs(ManagedServer other) {
		ServerIdentity here = this.seen.writer();
		ServerIdentity there = other.seen.writer();
		boolean sameAddress = this.connectionString.address().equals(other.connectionString.address());
		if (here == null || there == null) {
			return sameAddress;
		}
		return isSameWriterAs(other) || (sameAddress && here.timeline() == there.timeline());
	}

	/**
	 * Return whether work may go on with another one's connections until there are
	 * connections here.
	 * @param other what was named before
	 * @return whether no more than the password has changed, or what is as harmless
	 */
	boolean canTakeOverFrom(ManagedServer other) {
		return this.connectionString.hasSameSessionsAs(other.connectionString);
	}

	/**
	 * Say why it does not play its role.
	 * @return the reason
	 */
	public String reason() {
		if (this.failure != null) {
			return this.failure.reason();
		}
		return this.inRecovery ? "its lag is not known yet" : "it has not answered yet";
	}

	/**
	 * A question.
	 *
	 * @param number tells it from every other; 0 if none has been asked
	 * @param askedAt when it was asked, as of {@link System#nanoTime()}
	 * @param open whether it has yet to be answered
	 */
	record Question(long number, long askedAt, boolean open) {

	}

	/**
	 * What keeps a server from its role.
	 *
	 * @param answer what it said, or why it did not
	 * @param reason why that is no good
	 * @param count how often in a row it has come to the same
	 * @param refusedSince since when it has refused the credentials, if it does
	 * @param failFast whether there is no reason to hope that they will work
	 */
	record Failure(ProbeAnswer answer, String reason, int count, long refusedSince, boolean failFast) {

	}

}
