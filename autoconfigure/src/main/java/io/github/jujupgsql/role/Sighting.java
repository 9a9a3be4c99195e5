package io.github.jujupgsql.role;

import org.jspecify.annotations.Nullable;

/**
 * What a named server last said of itself.
 *
 * @param identity who answered, or {@code null} if that is not known
 * @param outOfRecovery whether it was out of recovery
 * @param since when it was first seen so, as of {@link System#nanoTime()}
 * @since 0.1.0
 */
public record Sighting(@Nullable ServerIdentity identity, boolean outOfRecovery, long since) {

	/** Of a server that has said nothing yet. */
	static final Sighting NONE = new Sighting(null, false, 0);

	Sighting next(@Nullable ServerIdentity answered, boolean out, long now) {
		boolean same = out && this.outOfRecovery && timeline(answered) == timeline(this.identity);
		return new Sighting(answered, out, same ? this.since : now);
	}

	private static long timeline(@Nullable ServerIdentity identity) {
		return (identity != null) ? identity.timeline() : 0;
	}

	/**
	 * Return who writes there.
	 * @return the server, or {@code null} if it is in recovery or not known
	 */
	@Nullable ServerIdentity writer() {
		return this.outOfRecovery ? this.identity : null;
	}

}
