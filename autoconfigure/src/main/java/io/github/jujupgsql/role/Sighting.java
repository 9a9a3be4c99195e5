package io.github.jujupgsql.role;

import org.jspecify.annotations.Nullable;

/**
 * What a named server last said of itself.
 *
 * @param identity who answered, or {@code null} if that is not known
 * @param outOfRecovery whether it was out of recovery
 * @param since when it was first seen so, as of {@link System#nanoTime()}
 * @param claimed the position that it had replayed when the primary was asked how far
 * that is, as long as that owes the answer; otherwise 0
 * @param history whether what it has replayed is what the primary has written
 * @since 0.1.0
 */
public record Sighting(@Nullable ServerIdentity identity, boolean outOfRecovery, long since, long claimed,
		History history) {

	/** Of a server that has said nothing yet. */
	static final Sighting NONE = new Sighting(null, false, 0, 0, History.UNKNOWN);

	Sighting next(@Nullable ServerIdentity answered, boolean out, long now) {
		boolean same = out == this.outOfRecovery && timeline(answered) == timeline(this.identity)
				&& (out || isSameInstance(answered));
		return same ? new Sighting(answered, out, this.since, this.claimed, this.history)
				: new Sighting(answered, out, now, 0, History.UNKNOWN);
	}

	private boolean isSameInstance(@Nullable ServerIdentity answered) {
		return answered != null && this.identity != null && answered.instance().equals(this.identity.instance());
	}

	Sighting claiming(long position) {
		return new Sighting(this.identity, this.outOfRecovery, this.since, position, this.history);
	}

	Sighting judged(History history) {
		return new Sighting(this.identity, this.outOfRecovery, this.since, 0, history);
	}

	/**
	 * Return how far it has written or replayed.
	 * @return the position, or 0 if it is not known
	 */
	long position() {
		return (this.identity != null) ? this.identity.position() : 0;
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

	/**
	 * Whether a standby has replayed what the primary has written.
	 */
	enum History {

		/** It has yet to be found out. */
		UNKNOWN,

		/** It has, for all that can be known. */
		SHARED,

		/** It has replayed something else. */
		STRAY

	}

}
