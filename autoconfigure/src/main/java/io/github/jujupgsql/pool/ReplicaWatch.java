package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks whether reads come back from the replicas. Where none has since the last look,
 * the next borrower of each connection asks it first: the server may have gone, and no
 * read has been there to notice. Where some are in flight, or no connection could be
 * opened the last time, the server itself is asked; while it owes the answer, other
 * replicas are preferred. Nothing is sent on behalf of this while all is well, or while
 * nobody reads.
 * <p>
 * Confined to the thread that assigns roles.
 */
final class ReplicaWatch {

	private static final long ATTENTIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	private static final long ATTENTION_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** How many times within {@code sick-after} a silent replica may be asked. */
	private static final int QUESTIONS = 4;

	/** Within which part of {@code sick-after} an answer is to be expected. */
	private static final int PROMPT = 10;

	private final long idleNanos;

	private final long promptNanos;

	private final Consumer<Member> question;

	private long lastRead = System.nanoTime() - ATTENTION_NANOS;

	/**
	 * Create the watch.
	 * @param sickAfter how long a replica may leave a question unanswered
	 * @param question asks a replica
	 */
	ReplicaWatch(Duration sickAfter, Consumer<Member> question) {
		this.idleNanos = sickAfter.toNanos() / QUESTIONS;
		this.promptNanos = sickAfter.toNanos() / PROMPT;
		this.question = question;
	}

	/**
	 * Look at the replicas.
	 * @param replicas those that serve reads
	 * @return how soon to look again, in nanoseconds
	 */
	long look(Collection<Member> replicas) {
		long now = System.nanoTime();
		for (Member replica : replicas) {
			long owed = replica.owesAnswerFor(now);
			replica.pool.setSilent(owed > this.promptNanos);
			boolean stalled = false;
			if (replica.hasReadComeBack()) {
				this.lastRead = now;
			}
			else {
				replica.pool.doubt();
				stalled = replica.pool.getActive() > 0 || (replica.pool.hasQueue() && !replica.pool.hasOpen());
			}
			if ((stalled || replica.pool.isUnreachable()) && replica.unaskedFor(now) >= this.idleNanos) {
				this.question.accept(replica);
			}
		}
		boolean attentive = now - this.lastRead < ATTENTION_NANOS;
		return attentive ? Math.min(ATTENTIVE_NANOS, this.idleNanos) : this.idleNanos;
	}

}
