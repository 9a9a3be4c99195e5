package io.github.jujupgsql.pool;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Whether the primary is there, and for how long it has not been.
 *
 * @param missing whether there is none, or none that is known to answer
 * @param since since when that is so, as of {@link System#nanoTime()}
 * @param missedBefore for how long the primary had been missing before, all told, in
 * nanoseconds
 * @param lostAt when the one that there was has been lost, or {@code null} if it is
 * there, or there has never been one
 */
record PrimaryPresence(boolean missing, long since, long missedBefore, @Nullable Instant lostAt) {

	static PrimaryPresence beginning() {
		return new PrimaryPresence(true, System.nanoTime(), 0, null);
	}

	/**
	 * Return what follows when the primary turns out to be missing.
	 * @param age how long ago that began, in nanoseconds
	 */
	PrimaryPresence lost(long age) {
		return this.missing ? this
				: new PrimaryPresence(true, System.nanoTime() - age, this.missedBefore, Instant.now().minusNanos(age));
	}

	PrimaryPresence found() {
		long now = System.nanoTime();
		return this.missing ? new PrimaryPresence(false, now, missingNanos(now), null) : this;
	}

	/**
	 * Return for how long the primary has been missing until a moment, all told.
	 * @param now the moment, as of {@link System#nanoTime()}
	 * @return the time in nanoseconds
	 */
	long missingNanos(long now) {
		return this.missing ? this.missedBefore + now - this.since : this.missedBefore;
	}

}
