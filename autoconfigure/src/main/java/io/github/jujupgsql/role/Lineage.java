package io.github.jujupgsql.role;

import org.jspecify.annotations.Nullable;

/**
 * The history that the last primary has written: what comes after it has to go on from
 * there. Timelines compare only within one cluster.
 *
 * @param cluster its system identifier, or empty if the primary does not tell
 * @param timeline its timeline
 * @param lastAnswered when it was last known to be the primary, as of
 * {@link System#nanoTime()}
 * @since 0.1.0
 */
public record Lineage(String cluster, long timeline, long lastAnswered) {

	/**
	 * Return the history that a primary writes.
	 * @param identity who it is, or {@code null} if it does not tell
	 * @param now when it said so
	 * @return the history, which nothing is known to go on from if it does not tell
	 */
	static Lineage of(@Nullable ServerIdentity identity, long now) {
		return (identity != null) ? new Lineage(identity.cluster(), identity.timeline(), now) : new Lineage("", 0, now);
	}

	/**
	 * Return whether the primary has told which history it is.
	 */
	boolean isKnown() {
		return !this.cluster.isEmpty();
	}

	boolean isOf(ServerIdentity identity) {
		return this.cluster.equals(identity.cluster());
	}

}
