package io.github.jujupgsql.sample.live;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The servers and their roles, as the starter sees them.
 *
 * @param file what the relation file says, or {@code null} without a relation
 * @param instances the servers
 * @param noPrimaryReason why there is no primary; empty while there is one
 * @param aheadOfFile whether the primary has been promoted and the file still names
 * another master
 * @param primarySince since when it is the primary, in milliseconds of the epoch, or
 * {@code null} while there is none
 */
record ClusterState(@Nullable FileState file, List<Instance> instances, String noPrimaryReason, boolean aheadOfFile,
		@Nullable Long primarySince) {

	static final ClusterState UNRELATED = new ClusterState(null, List.of(), "", false, null);

	/**
	 * The relation file.
	 *
	 * @param path where it is
	 * @param readAt when it was read, in milliseconds of the epoch, or {@code null}
	 * @param master which server it calls the master, or {@code null}
	 * @param standbys which servers it calls standbys
	 * @param database the database, or {@code null}
	 * @param version PostgreSQL's version, or {@code null}
	 * @param problem why it cannot be used as it is now, or {@code null}
	 * @param waitingFor what the server has yet to grant, or {@code null}
	 */
	record FileState(String path, @Nullable Long readAt, @Nullable String master, List<String> standbys,
			@Nullable String database, @Nullable String version, @Nullable String problem,
			@Nullable String waitingFor) {

	}

	/**
	 * A server.
	 *
	 * @param name what the file calls it
	 * @param address what it calls itself, or {@code null} if it has not told
	 * @param role what it is used for
	 * @param reason why it is not used, or {@code null}
	 * @param timeline the timeline on which it writes, or {@code null} if it is in
	 * recovery or has not told
	 * @param active connections in use
	 * @param idle connections that wait for use
	 * @param waiting threads that wait for a connection
	 * @param maximum the most connections there may be
	 * @param lag how far it lags behind the primary, in milliseconds, or {@code null} if
	 * that is not measured
	 */
	record Instance(String name, @Nullable String address, Role role, @Nullable String reason, @Nullable Long timeline,
			int active, int idle, int waiting, int maximum, @Nullable Long lag) {

	}

	/**
	 * What a server is used for.
	 */
	enum Role {

		PRIMARY, REPLICA, EXCLUDED, DRAINING

	}

}
