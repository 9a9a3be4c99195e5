package io.github.jujupgsql.pool;

import java.time.Duration;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * What the last attempt to open a connection to a server has told. Written by the thread
 * that has made it; two of them may mix theirs, until the next.
 */
final class LastAttempt {

	private final long beginningNanos;

	private final Ticker ticker;

	private volatile boolean beganReadOnly;

	private volatile long began;

	private volatile @Nullable RoleCheck failure;

	/**
	 * Create an attempt that has not been made yet.
	 * @param beginning how long what one session began with is taken to hold for others
	 * @param ticker tells the time
	 */
	LastAttempt(Duration beginning, Ticker ticker) {
		this.beginningNanos = beginning.toNanos();
		this.ticker = ticker;
	}

	/**
	 * Take note that a connection can be opened.
	 */
	void succeeded() {
		this.failure = null;
	}

	/**
	 * Take note of what a session begins with.
	 * @param connection a connection that has just been opened
	 */
	void began(PGConnection connection) {
		this.beganReadOnly = RoleCheck.hasToldReadOnly(connection);
		this.began = this.ticker.nanoTime();
	}

	/**
	 * Take note that the pool could not open a connection.
	 * @param failure why not
	 */
	void failed(RoleCheck failure) {
		this.failure = failure;
	}

	/**
	 * Return whether a session that is opened now will be read-only from the beginning.
	 * @return whether the last one was, not long ago
	 */
	boolean beginReadOnly() {
		return this.beganReadOnly && this.ticker.nanoTime() - this.began < this.beginningNanos;
	}

	/**
	 * Return why no connection could be opened.
	 * @return the reason, to be read by people, or {@code null} if one could
	 */
	@Nullable String failure() {
		RoleCheck failed = this.failure;
		return (failed != null) ? failed.reason() : null;
	}

	/**
	 * Return whether that was because the server could not be reached.
	 * @return whether it seems to have gone
	 */
	boolean isUnreachable() {
		RoleCheck failed = this.failure;
		return failed != null && failed.kind() == Kind.UNREACHABLE;
	}

}
