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
 * @param position how far it has written, or in recovery replayed, the write-ahead log,
 * in bytes; 0 if it does not tell
 * @since 0.1.0
 */
public record ServerIdentity(ServerInstance instance, @Nullable String address, long timeline, int walSenders,
		long position) {

	/**
	 * Add an address to a name that does not say enough, as it leads to several servers
	 * or to another one than before.
	 * @param name the name, or what is told of it
	 * @param address {@code host:port} as the server sees itself, or {@code null} if it
	 * does not tell
	 * @return for example {@code replicas:5432 (10.1.0.7:5432)}
	 */
	public static String withAddress(String name, @Nullable String address) {
		return (address != null) ? name + " (" + address + ")" : name;
	}

	/**
	 * Return the cluster.
	 * @return the system identifier
	 */
	public String cluster() {
		return this.instance.systemIdentifier();
	}

}
