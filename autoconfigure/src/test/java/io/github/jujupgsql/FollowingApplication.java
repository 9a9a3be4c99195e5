package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlEndpointAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlHealthContributorAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlMetricsAutoConfiguration;
import io.github.jujupgsql.test.PgsqlServer;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that follows a relation, and questions to ask it.
 */
final class FollowingApplication {

	private FollowingApplication() {
	}

	static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlEndpointAutoConfiguration.class,
					PgsqlHealthContributorAutoConfiguration.class, PgsqlMetricsAutoConfiguration.class,
					DataSourceAutoConfiguration.class, EndpointAutoConfiguration.class, MetricsAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, DataSourcePoolMetricsAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=pgsql", "spring.application.name=following",
					"spring.datasource.hikari.maximum-pool-size=4", "spring.datasource.hikari.minimum-idle=0");
	}

	/** The common pool has too few threads to have them all wait. */
	static <T> CompletableFuture<T> async(Supplier<T> work) {
		return CompletableFuture.supplyAsync(work, (task) -> new Thread(task).start());
	}

	static DataSource primary(AssertableApplicationContext context) {
		return context.getBean("dataSource", DataSource.class);
	}

	/**
	 * Only what is in use stays open in the primary's pool, and it is not kept
	 * afterwards.
	 */
	static void evictIdle(AssertableApplicationContext context) throws SQLException {
		primary(context).unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
	}

	static DataSource replica(AssertableApplicationContext context) {
		return context.getBean("replicaDataSource", DataSource.class);
	}

	static PgsqlDescriptor endpoint(AssertableApplicationContext context) {
		return context.getBean(PgsqlEndpoint.class).pgsql();
	}

	static Status health(AssertableApplicationContext context) {
		var health = context.getBean(PgsqlHealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health.getStatus();
	}

	static void awaitPrimary(AssertableApplicationContext context, PgsqlServer server) {
		await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNotNull()
			.extracting(PoolDescriptor::server)
			.isEqualTo(server.address()));
	}

	static void awaitWaiting(AssertableApplicationContext context, int threads) {
		await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNotNull()
			.extracting(PoolDescriptor::waiting)
			.isEqualTo(threads));
	}

	static void awaitReplicas(AssertableApplicationContext context, List<String> servers) {
		await().untilAsserted(() -> assertThat(endpoint(context).replicas()).extracting(PoolDescriptor::server)
			.containsExactlyInAnyOrderElementsOf(servers));
	}

	static List<String> addresses(List<PgsqlServer> servers) {
		return servers.stream().map(PgsqlServer::address).toList();
	}

	static String serverOf(DataSource dataSource) {
		return ask(dataSource, "SELECT host(inet_server_addr()) || ':' || inet_server_port()");
	}

	static Set<String> backends(DataSource replicas, PgsqlServer server) {
		Set<String> backends = new HashSet<>();
		for (int i = 0; i < 4; i++) {
			try (Connection connection = borrowFrom(replicas, server)) {
				backends.add(ask(connection, "SELECT pg_backend_pid()"));
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return backends;
	}

	static Connection borrowFrom(DataSource replicas, PgsqlServer server) throws SQLException {
		// which one it is is left to chance
		for (int i = 0; i < 100; i++) {
			Connection connection = replicas.getConnection();
			if (ask(connection, "SELECT inet_server_port()").equals(String.valueOf(server.port()))) {
				return connection;
			}
			connection.close();
		}
		throw new AssertionError("Never got a connection to " + server);
	}

	static int sessions(PgsqlServer server) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			return Integer.parseInt(
					ask(connection, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'following'"));
		}
	}

	static String ask(DataSource dataSource, String query) {
		try (Connection connection = dataSource.getConnection()) {
			return ask(connection, query);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return String.valueOf(result.getString(1));
		}
	}

	static void execute(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, sql);
		}
	}

	static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
