package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import com.github.gavlyukovskiy.boot.jdbc.decorator.DataSourceDecoratorAutoConfiguration;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.jdbc.datasource.JdbcTelemetry;
import net.ttddyy.dsproxy.ExecutionInfo;
import net.ttddyy.dsproxy.QueryInfo;
import net.ttddyy.dsproxy.listener.QueryExecutionListener;
import net.ttddyy.observation.boot.autoconfigure.DataSourceNameResolver;
import net.ttddyy.observation.boot.autoconfigure.DataSourceObservationAutoConfiguration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.github.jujupgsql.Sql.addresses;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with libraries that put something in front of every DataSource bean, to log,
 * measure or trace what goes through it.
 */
class WrappedDataSourcesTests extends AbstractClusterTests {

	private static final String SERVER = "SELECT host(inet_server_addr()) || ':' || inet_server_port()";

	private static final String ROUTE = "juju.pgsql.route-read-only-transactions=";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@EnumSource
	void whenTransactionsAreRoutedReadOnlyOnesGoToTheReplicas(Library library) throws Exception {
		try (FollowingApplication application = follow(library, ROUTE + true)) {
			application.awaitReplicas(cluster.standbys());
			assertThat(inTransaction(application, true)).isIn(addresses(cluster.standbys()));
			assertThat(inTransaction(application, false)).isEqualTo(cluster.master().address());
		}
	}

	@ParameterizedTest
	@EnumSource(names = "OPENTELEMETRY", mode = EnumSource.Mode.EXCLUDE)
	void whenTransactionsAreRoutedEachStatementIsSeenOnce(Library library) throws Exception {
		try (FollowingApplication application = follow(library, ROUTE + true)) {
			application.awaitReplicas(cluster.standbys());
			inTransaction(application, true);
			inTransaction(application, false);
			assertThat(application.bean(SeenStatements.class).dataSources).containsExactly("dataSource", "dataSource");
		}
	}

	@ParameterizedTest
	@CsvSource({ "DATASOURCE_PROXY, false", "DATASOURCE_PROXY, true", "DATASOURCE_MICROMETER, false",
			"DATASOURCE_MICROMETER, true", "OPENTELEMETRY, false", "OPENTELEMETRY, true" })
	void whenThePoolsChangeTheMetricsOfBothDataSourcesFollow(Library library, boolean routed) throws Exception {
		relation.write(cluster.master(), cluster.standbys().subList(0, 1));
		try (FollowingApplication application = follow(library, ROUTE + routed)) {
			application.awaitReplicas(cluster.standbys().subList(0, 1));
			List<String> before = List.of(pool(application.primary()), pool(application.replica()));
			assertActiveIsCounted(application, "dataSource", application.primary());
			assertActiveIsCounted(application, "replica", application.replica());

			cluster.rotatePassword();
			relation.write(cluster.master(), cluster.standbys().subList(0, 1));
			await().untilAsserted(() -> assertThat(List.of(pool(application.primary()), pool(application.replica())))
				.doesNotContainAnyElementsOf(before));
			assertActiveIsCounted(application, "dataSource", application.primary());
			assertActiveIsCounted(application, "replica", application.replica());
		}
	}

	@ParameterizedTest
	@EnumSource
	void thePoolInUseCanBeReachedThroughTheBeans(Library library) throws Exception {
		try (FollowingApplication application = follow(library)) {
			application.awaitReplicas(cluster.standbys());
			assertThat(application.context().getBean("dataSource")).isNotInstanceOf(PrimaryDataSource.class);
			assertThat(application.context().getBean("replicaDataSource")).isNotInstanceOf(ReplicaDataSource.class);
			assertThat(application.primary().unwrap(HikariDataSource.class).getPoolName())
				.contains(String.valueOf(cluster.master().port()));
			assertThat(application.replica().isWrapperFor(HikariDataSource.class)).isTrue();
			assertThat(application.status()).isEqualTo(Status.UP);
			assertThat(serverOf(application.replica())).isIn(addresses(cluster.standbys()));
		}
	}

	/**
	 * The others ask a connection for its metadata as soon as they have it.
	 */
	@ParameterizedTest
	@EnumSource(names = "DATASOURCE_PROXY")
	void whenFetchingIsLazyAConnectionIsBorrowedByTheFirstStatement(Library library) throws Exception {
		try (FollowingApplication application = follow(library, "spring.datasource.connection-fetch=lazy");
				Connection connection = application.primary().getConnection()) {
			connection.setAutoCommit(false);
			assertThat(active(application, "dataSource")).isZero();
			execute(connection, "SELECT 1");
			assertThat(active(application, "dataSource")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenThereIsNoServerYetTheApplicationStartsAllTheSame(Library library) throws Exception {
		try (FollowingApplication application = library
			.applyTo(FollowingApplication.of(this.folder.resolve("later.json")))
			.properties(ROUTE + true, "spring.datasource.hikari.connection-timeout=3600000")
			.start()) {
			assertThat(application.primary().isWrapperFor(HikariDataSource.class)).isFalse();
			assertThat(active(application, "dataSource")).isZero();
			assertThat(active(application, "replica")).isZero();
		}
	}

	private static FollowingApplication follow(Library library, String... properties) {
		FollowingApplication application = library.applyTo(FollowingApplication.of(relation))
			.autoConfigurations(DataSourceTransactionManagerAutoConfiguration.class)
			.beans((context) -> context.registerBean(SeenStatements.class))
			.properties(properties)
			.start();
		application.awaitPrimary(cluster.master());
		return application;
	}

	private static String pool(DataSource dataSource) throws SQLException {
		return dataSource.unwrap(HikariDataSource.class).getPoolName();
	}

	private static String inTransaction(FollowingApplication application, boolean readOnly) {
		TransactionTemplate transaction = new TransactionTemplate(application.bean(JdbcTransactionManager.class));
		transaction.setReadOnly(readOnly);
		String server = transaction
			.execute((status) -> new JdbcTemplate(application.primary()).queryForObject(SERVER, String.class));
		return String.valueOf(server);
	}

	private static void assertActiveIsCounted(FollowingApplication application, String name, DataSource dataSource) {
		// whoever asked the server for its role may be about to give its connection back
		await().untilAsserted(() -> assertThat(active(application, name)).isZero());
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, "SELECT 1");
			assertThat(active(application, name)).isEqualTo(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static double active(FollowingApplication application, String name) {
		return application.meters().get("jdbc.connections.active").tag("name", name).gauge().value();
	}

	/**
	 * What wraps DataSources, as its documentation has one set it up.
	 */
	enum Library {

		DATASOURCE_PROXY((starter) -> starter.autoConfigurations(DataSourceDecoratorAutoConfiguration.class)),

		DATASOURCE_MICROMETER((starter) -> starter.beans((context) -> {
			context.registerBean(ObservationRegistry.class, ObservationRegistry::create);
			context.registerBean(Tracer.class, () -> Tracer.NOOP);
			context.registerBean(Propagator.class, () -> Propagator.NOOP);
			// its own asks the database for a name, and waits for it when the context
			// starts
			context.registerBean(DataSourceNameResolver.class, () -> (beanName, dataSource) -> beanName);
		}).autoConfigurations(DataSourceObservationAutoConfiguration.class)),

		OPENTELEMETRY((starter) -> starter.beans((context) -> context.register(OpenTelemetryConfiguration.class)));

		private final UnaryOperator<ApplicationStarter> setUp;

		Library(UnaryOperator<ApplicationStarter> setUp) {
			this.setUp = setUp;
		}

		ApplicationStarter applyTo(ApplicationStarter starter) {
			return this.setUp.apply(starter);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OpenTelemetryConfiguration {

		@Bean
		static BeanPostProcessor dataSourceTracing() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof DataSource dataSource)
							? JdbcTelemetry.create(OpenTelemetry.noop()).wrap(dataSource) : bean;
				}

			};
		}

	}

	static class SeenStatements implements QueryExecutionListener {

		private final List<String> dataSources = new CopyOnWriteArrayList<>();

		@Override
		public void beforeQuery(ExecutionInfo execution, List<QueryInfo> queries) {
			this.dataSources.add(execution.getDataSourceName());
		}

		@Override
		public void afterQuery(ExecutionInfo execution, List<QueryInfo> queries) {
		}

	}

}
