package io.github.jujupgsql.test;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What kind of cluster to start, see {@link PgsqlClusterBuilder}.
 *
 * @param standbys how many standbys there are at first
 * @param synchronous whether commits wait for a standby
 * @param database the application's database
 * @param user the application's user
 * @param password the user's password; {@code null} for a random one
 * @param settings settings of all servers
 * @param closeOnShutdown whether the cluster is closed when the JVM shuts down
 */
record ClusterOptions(int standbys, boolean synchronous, String database, String user, @Nullable String password,
		Map<String, String> settings, boolean closeOnShutdown) {

}
