package io.github.jujupgsql.role;

import org.jspecify.annotations.Nullable;

/**
 * Who answers where a named server is asked for its role.
 *
 * @param instance the server
 * @param address {@code host:port} as the server sees itself, for people to read, or
 * {@code null} if it does not tell
 * @param timeline the timeline on which it writes; 0 in recovery, where that is not known
 * in time
 * @param walSenders how many standbys stream from it; 0 in recovery
 * @since 0.1.0
 */
public record ServerIdentity(ServerInstance instance, @Nullable String address, long timeline, int walSenders) {

	/**
	 * Return the cluster.
	 * @return the system identifier
	 */
	public String cluster() {
		return this.instance.systemIdentifier();
	}

}
