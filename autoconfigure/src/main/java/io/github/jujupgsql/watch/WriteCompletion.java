package io.github.jujupgsql.watch;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Tells content that is whole from content that is still being written. A file that was
 * renamed over the old one is whole at once. One that changes in place is whole when it
 * has stayed the same for a while: YAML that is cut short can be valid and wrong, and
 * JSON that is overwritten without being truncated passes through valid mixtures of old
 * and new.
 * <p>
 * Immutable.
 *
 * @param latest the content last read, or {@code null} if there is none
 * @param latestSince when it was first read, in nanoseconds
 * @param firstOfFile whether it is the first content of the file that has the name now
 * @param caughtChanging whether the file was caught while it was being written, after
 * {@code latest} was read
 */
record WriteCompletion(FileSnapshot.@Nullable Content latest, long latestSince, boolean firstOfFile,
		boolean caughtChanging) {

	/**
	 * How long a file that changes in place must stay the same.
	 */
	static final Duration QUIET_PERIOD = Duration.ofMillis(100);

	static final WriteCompletion NOTHING_READ = new WriteCompletion(null, 0, false, false);

	/**
	 * Take note of content.
	 * @param content what was read
	 * @param now when reading it was over, in nanoseconds
	 * @return what is known then
	 */
	WriteCompletion afterReading(FileSnapshot.Content content, long now) {
		if (this.latest != null && content.unchangedSince(this.latest)) {
			return this;
		}
		boolean first = !this.caughtChanging && (this.latest == null || !content.isSameFile(this.latest));
		return new WriteCompletion(content, now, first, false);
	}

	/**
	 * Take note that the file was caught while it was being written.
	 * @return what is known then
	 */
	WriteCompletion afterChanging() {
		return new WriteCompletion(this.latest, this.latestSince, this.firstOfFile, true);
	}

	/**
	 * Take note that the file has gone.
	 * @return what is known then
	 */
	WriteCompletion afterMissing() {
		return new WriteCompletion(null, this.latestSince, this.firstOfFile, this.caughtChanging);
	}

	/**
	 * Return how long the content last read must stay the same to count as whole.
	 * @param now when the reading began that has found it last, in nanoseconds: a thread
	 * that is held up after it has read knows nothing of the time since
	 * @return the remaining time, or zero
	 */
	Duration remaining(long now) {
		Duration quiet = Duration.ofNanos(now - this.latestSince);
		return (quiet.compareTo(QUIET_PERIOD) < 0) ? QUIET_PERIOD.minus(quiet) : Duration.ZERO;
	}

	/**
	 * Return whether the content last read, given that it can be parsed, is whole however
	 * short the time.
	 * @return {@code true} if another file has the name now, and either it was renamed
	 * for sure, or its end can be told from its syntax and it was not written over since
	 */
	boolean isWholeAtOnce() {
		return this.firstOfFile && this.latest != null
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
