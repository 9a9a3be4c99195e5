package io.github.jujupgsql.campaign;

import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import javax.management.JMException;
import javax.management.ObjectName;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application has open: pools, threads and sessions.
 */
final class OpenResources {

	/** How long nothing may come any more: something may have been being opened. */
	private static final Duration ON_ITS_WAY = Duration.ofMillis(100);

	private OpenResources() {
	}

	/**
	 * Nothing is left of what the relation has left: no pool, no thread, no session.
	 * @param application the application
	 * @param servers all servers there are, also those that the relation does not name
	 */
	static void assertOnlyTheCurrentPools(FollowingApplication application, Collection<PgsqlServer> servers) {
		await().during(ON_ITS_WAY).atMost(FollowingApplication.PATIENCE).untilAsserted(() -> {
			Set<String> names = application.poolsInUse().stream().map(ServerPool::getName).collect(Collectors.toSet());
			assertThat(application.pools().getDraining()).as("draining pools").isEmpty();
			assertThat(poolsInJmx()).containsExactlyInAnyOrderElementsOf(names);
			List<String> threads = threads();
			assertThat(threads).allMatch((thread) -> names.stream().anyMatch((name) -> thread.startsWith(name + ":"))
					|| thread.startsWith("pgsql-background-")
					|| thread.matches("pgsql-(roles|relation-watcher|relation-reader|events|primary-watch)"));
			assertThat(threads).filteredOn("pgsql-relation-reader"::equals).hasSizeLessThan(2);
			int connections = application.poolsInUse().stream().mapToInt(OpenResources::connections).sum();
			int sessions = 0;
			for (PgsqlServer server : servers) {
				sessions += sessions(server);
			}
			int watched = (application.roles().primary() != null) ? 1 : 0;
			assertThat(sessions).as("sessions on %s", servers).isEqualTo(connections + watched);
		});
	}

	/**
	 * Nothing at all is left of a closed application.
	 * @param servers all servers there are
	 */
	static void assertNothing(Collection<PgsqlServer> servers) {
		await().during(ON_ITS_WAY).atMost(FollowingApplication.PATIENCE).untilAsserted(() -> {
			assertThat(poolsInJmx()).isEmpty();
			assertThat(threads()).isEmpty();
			for (PgsqlServer server : servers) {
				assertThat(sessions(server)).as("sessions on %s", server).isZero();
			}
		});
	}

	static int connections(ServerPool pool) {
		return Objects.requireNonNull(pool.getDataSource()).getHikariPoolMXBean().getTotalConnections();
	}

	private static Set<String> poolsInJmx() throws JMException {
		return ManagementFactory.getPlatformMBeanServer()
			.queryNames(new ObjectName("com.zaxxer.hikari:*"), null)
			.stream()
			.map((name) -> name.getKeyProperty("type"))
			.filter((type) -> type.startsWith("Pool ("))
			.map((type) -> type.substring("Pool (".length(), type.length() - 1))
			.collect(Collectors.toSet());
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			// the driver's open connections that nobody may be waiting for any more
			.filter((name) -> name.startsWith("pgsql-") || name.startsWith("PostgreSQL JDBC driver connection thread"))
			.toList();
	}

	private static int sessions(PgsqlServer server) throws SQLException {
		return server.isRunning() ? Backend.of(server).size() : 0;
	}

}
