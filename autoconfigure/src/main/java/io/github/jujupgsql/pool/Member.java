package io.github.jujupgsql.pool;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.RoleCheck.Answer;
import org.jspecify.annotations.Nullable;

/**
 * What the thread that assigns roles knows of a server that the relation names. Confined
 * to that thread.
 */
final class Member {

	private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** How long a server goes on to refuse credentials before waiting is of no use. */
	private static final long HOPELESS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

	final ServerPool pool;

	/**
	 * Whether it has been lent as primary: nobody may go on writing there after a move.
	 */
	boolean hasBeenPrimary;

	/** Whether it has answered from within recovery, and so may serve reads. */
	boolean fitForReads;

	/**
	 * Ends the work in flight there, if it is a primary that the relation has withdrawn.
	 */
	@Nullable Future<?> withdrawal;

	/** Whether it has replayed too little to serve reads, or may have. */
	boolean lagsBehind;

	boolean beingMeasured;

	/** The question that it has yet to answer; an answer to an older one is not heard. */
	private @Nullable Object question;

	private long askedAt = System.nanoTime();

	private long readsWhenAsked;

	@Nullable Future<?> nextCheck;

	private long readsReturned;

	private long warmingSince;

	/** What it said last, if that keeps it from its role. */
	private @Nullable RoleCheck lastFailure;

	private long credentialsRefusedSince;

	private boolean hopeless;

	int failures;

	private String lastReason = "";

	/**
	 * Create a member that has not been asked yet.
	 * @param pool its pool
	 * @param lagsBehind what to assume of it as a standby
	 */
	Member(ServerPool pool, boolean lagsBehind) {
		this.pool = pool;
		this.lagsBehind = lagsBehind;
	}

	/**
	 * Take note that it cannot play its role.
	 * @param check what it answered
	 * @param reason why that is no good
	 * @return whether it is news: of another kind than the last time, whatever the words
	 */
	boolean failed(RoleCheck check, String reason) {
		RoleCheck last = this.lastFailure;
		boolean news = last == null || !last.isOfSameKind(check);
		this.failures = news ? 1 : this.failures + 1;
		if (news && check.answer() == Answer.CREDENTIALS_REFUSED) {
			this.credentialsRefusedSince = System.nanoTime();
		}
		this.lastFailure = check;
		this.lastReason = reason;
		// once is not enough: a server that restarts, or whose users are just being made,
		// refuses what it takes a moment later
		this.hopeless = check.answer() == Answer.CREDENTIALS_REFUSED && this.failures > 1
				&& System.nanoTime() - this.credentialsRefusedSince >= HOPELESS_AFTER_NANOS
				&& this.pool.getDataSource() == null;
		return news;
	}

	/**
	 * Take note that it is being asked.
	 * @return the question
	 */
	Object asked() {
		Object asked = new Object();
		this.question = asked;
		this.askedAt = System.nanoTime();
		this.readsWhenAsked = this.pool.getReadsReturned();
		return asked;
	}

	/**
	 * Take note of an answer.
	 * @param asked what has been answered
	 * @return whether it is the last question, not answered before
	 */
	boolean hasAnswered(Object asked) {
		boolean last = this.question == asked;
		if (last) {
			this.question = null;
		}
		return last;
	}

	boolean owesAnswer() {
		return this.question != null;
	}

	boolean owesAnswerTo(Object asked) {
		return this.question == asked;
	}

	/**
	 * Return whether reads have come back since it was asked, or since this was last
	 * called: then it is not the server that is silent.
	 * @return whether to go on waiting for its answer
	 */
	boolean isAliveAllTheSame() {
		long before = this.readsWhenAsked;
		this.readsWhenAsked = this.pool.getReadsReturned();
		return this.readsWhenAsked > before;
	}

	/**
	 * Return since when it owes an answer.
	 * @param now the time, as of {@link System#nanoTime()}
	 * @return the nanoseconds, 0 if it owes none
	 */
	long owesAnswerFor(long now) {
		return owesAnswer() ? now - this.askedAt : 0;
	}

	/**
	 * Return when it was last asked.
	 * @param now the time, as of {@link System#nanoTime()}
	 * @return how long ago, in nanoseconds
	 */
	long unaskedFor(long now) {
		return now - this.askedAt;
	}

	/**
	 * Return whether a read has come back since this was last called.
	 * @return whether it is certain to have been there since
	 */
	boolean hasReadComeBack() {
		long before = this.readsReturned;
		this.readsReturned = this.pool.getReadsReturned();
		return this.readsReturned > before;
	}

	boolean servesReads() {
		return this.fitForReads && !this.hasBeenPrimary && !this.lagsBehind;
	}

	/**
	 * Return whether there is no reason to hope that its credentials will work.
	 * @return whether they have been refused for some seconds and have never worked
	 */
	boolean isHopeless() {
		return this.hopeless;
	}

	/**
	 * Return whether its pool can take over from another one to the same server without
	 * anybody having to wait for connections to be opened. If not, sees to that.
	 * @param predecessor the pool in use
	 * @return whether it can, or has had long enough
	 */
	boolean isWarm(ServerPool predecessor) {
		long now = System.nanoTime();
		this.warmingSince = (this.warmingSince != 0) ? this.warmingSince : now;
		return this.pool.catchUpWith(predecessor) || predecessor.isStuck() || now - this.warmingSince > WARM_UP_NANOS;
	}

	/**
	 * Say why it does not play its role.
	 * @return the reason, for a person
	 */
	String reason() {
		if (!this.lastReason.isEmpty()) {
			return this.lastReason;
		}
		return this.fitForReads ? "its lag is not known yet" : "it has not answered yet";
	}

	void answered() {
		this.lastFailure = null;
		this.hopeless = false;
		this.failures = 0;
		this.lastReason = "";
	}

}
