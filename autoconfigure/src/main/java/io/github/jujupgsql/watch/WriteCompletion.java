package io.github.jujupgsql.watch;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Tells content that is whole from content that somebody is still writing. A file that
 * was renamed over the old one is whole at once. One that changes in place is whole when
 * it has stayed the same for a while: YAML that is cut short can be valid and wrong, and
 * JSON that is overwritten without being truncated passes through valid mixtures of old
 * and new.
 * <p>
 * Confined to one thread at a time.
 */
final class WriteCompletion {

	/**
	 * How long a file that changes in place must stay the same.
	 */
	static final Duration QUIET_PERIOD = Duration.ofMillis(100);

	private FileSnapshot.@Nullable Content latest;

	private long latestSince;

	private boolean firstLookAtFile;

	private boolean caughtChanging;

	/**
	 * Take note of a look.
	 * @param content what was found
	 * @param now the time, in nanoseconds, at which the look was over
	 */
	void noticed(FileSnapshot.Content content, long now) {
		if (this.latest != null && content.unchangedSince(this.latest)) {
			return;
		}
		this.firstLookAtFile = !this.caughtChanging && (this.latest == null || !content.isSameFile(this.latest));
		this.caughtChanging = false;
		this.latest = content;
		this.latestSince = now;
	}

	/**
	 * Take note that the file was caught while it was being written.
	 */
	void noticedChanging() {
		this.caughtChanging = true;
	}

	/**
	 * Take note that the file has gone.
	 */
	void noticedMissing() {
		this.latest = null;
	}

	/**
	 * Return how long the content last noticed must stay the same to count as whole.
	 * @param now the time, in nanoseconds, at which the look began that noticed it last:
	 * a thread that is held up after it has read knows nothing of the time since
	 * @return the remaining time, or zero
	 */
	Duration remaining(long now) {
		Duration quiet = Duration.ofNanos(now - this.latestSince);
		return (quiet.compareTo(QUIET_PERIOD) < 0) ? QUIET_PERIOD.minus(quiet) : Duration.ZERO;
	}

	/**
	 * Return whether the content last noticed, given that it can be parsed, is whole
	 * however short the time.
	 * @return {@code true} if another file has the name now, and either it was moved
	 * there, or its end can be told from its syntax and it was not written over since
	 */
	boolean isWholeAtOnce() {
		return this.firstLookAtFile && this.latest != null
				&& (this.latest.renamed() || (this.latest.possiblyRenamed() && startsWithBrace(this.latest.bytes())));
	}

	private static boolean startsWithBrace(byte[] bytes) {
		for (byte b : bytes) {
			if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
				return b == '{';
			}
		}
		return false;
	}

}
