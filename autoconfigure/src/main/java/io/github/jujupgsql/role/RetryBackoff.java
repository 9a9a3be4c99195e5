package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * How soon a server is asked again that could not play its role: quickly first, then
 * twice as late each time, up to a limit.
 *
 * @since 0.1.0
 */
public enum RetryBackoff {

	/** It is up and about to be promoted. */
	PROMOTION(Duration.ofMillis(20), Duration.ofMillis(20)),

	/** Its pool tries to reach it as well, for threads that wait. */
	UNREACHABLE_PRIMARY(Duration.ofMillis(200), Duration.ofMillis(200)),

	/** Writers wait for it. */
	MASTER(Duration.ofMillis(50), Duration.ofMillis(200)),

	/** There are others to read from. */
	STANDBY(Duration.ofMillis(50), Duration.ofMillis(500)),

	/**
	 * It answers as a primary. A name that has just been moved leads to a standby again
	 * soon; the name of a proxy never does.
	 */
	NO_STANDBY(Duration.ofMillis(50), Duration.ofSeconds(5)),

	/** It has been promoted, and the primary answers as well. */
	RIVAL(Duration.ofMillis(100), Duration.ofMillis(500)),

	/** A connection that only tells of the primary's end. */
	WATCH(Duration.ofSeconds(1), Duration.ofSeconds(60)),

	/** Something has failed on this side, and may go on to fail. */
	RECOVERY(Duration.ofMillis(100), Duration.ofSeconds(10)),

	/** A wrong password, repeated quickly, may get an account locked. */
	CREDENTIALS(Duration.ofMillis(500), Duration.ofSeconds(30)),

	/** What the application has configured does not change while it runs. */
	SETTINGS(Duration.ofSeconds(1), Duration.ofSeconds(30));

	private final Duration first;

	private final Duration longest;

	RetryBackoff(Duration first, Duration longest) {
		this.first = first;
		this.longest = longest;
	}

	/**
	 * Return how long to wait.
	 * @param failures how often it has failed for the same reason, at least once
	 * @return the pause
	 */
	public Duration pauseAfter(int failures) {
		Duration pause = this.first.multipliedBy(1L << Math.min(failures - 1, 16));
		return (pause.compareTo(this.longest) < 0) ? pause : this.longest;
	}

}
