package io.github.jujupgsql.role;

import java.util.EnumSet;
import java.util.Set;

/**
 * The life of a managed server, from the relation that first names it until its pool is
 * closed.
 *
 * @since 0.1.0
 */
public enum ServerState {

	/** Named, and has not answered yet. */
	NEW,

	/** Named, and may not play a role now; the exclusion says why. */
	EXCLUDED,

	/**
	 * Could play its role; the pool with former credentials plays it until this one has
	 * as many connections.
	 */
	WARMING,

	/** Serves reads. */
	REPLICA,

	/** Serves writes. */
	PRIMARY,

	/**
	 * Plays no role any more and keeps what is in flight: until it is known which server
	 * is the primary, it is not known whether a former one may go on.
	 */
	STEPPING_DOWN,

	/** Lets work in flight finish, within the drain timeout. */
	DRAINING,

	/** All its connections have been cut off; what is left is to close the pool. */
	FENCED,

	/** Its pool is closed. */
	CLOSED;

	/**
	 * Return the states that may come next.
	 * @return the states
	 */
	public Set<ServerState> next() {
		return switch (this) {
			case NEW -> EnumSet.of(EXCLUDED, WARMING, REPLICA, PRIMARY, STEPPING_DOWN, DRAINING, FENCED);
			case EXCLUDED -> EnumSet.of(WARMING, REPLICA, PRIMARY, STEPPING_DOWN, DRAINING, FENCED);
			case WARMING -> EnumSet.of(EXCLUDED, REPLICA, PRIMARY, STEPPING_DOWN, DRAINING, FENCED);
			case REPLICA -> EnumSet.of(EXCLUDED, WARMING, PRIMARY, STEPPING_DOWN, DRAINING, FENCED);
			case PRIMARY -> EnumSet.of(EXCLUDED, REPLICA, STEPPING_DOWN, DRAINING, FENCED);
			case STEPPING_DOWN -> EnumSet.of(NEW, EXCLUDED, WARMING, REPLICA, PRIMARY, DRAINING, FENCED);
			case DRAINING -> EnumSet.of(FENCED, CLOSED);
			case FENCED -> EnumSet.of(CLOSED);
			case CLOSED -> EnumSet.noneOf(ServerState.class);
		};
	}

	/**
	 * Return whether the server has left for good: nothing brings it back.
	 * @return whether it drains, is fenced or is closed
	 */
	public boolean hasLeft() {
		return this == DRAINING || this == FENCED || this == CLOSED;
	}

}
