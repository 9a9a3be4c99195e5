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
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.MeterRegistry;
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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.health;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.replica;
import static io.github.jujupgsql.FollowingApplication.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with libraries that put something in front of every DataSource bean, to log,
 * measure or trace what goes through it.
 */
class WrappedDataSourcesTests {

	private static final String SERVER = "SELECT host(inet_server_addr()) || ':' || inet_server_port()";

	private static final String ROUTE = "juju.pgsql.route-read-only-transactions=";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@ParameterizedTest
	@EnumSource
	void whenTransactionsAreRoutedReadOnlyOnesGoToTheReplicas(Library library) {
		follow(library, (context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(inTransaction(context, true)).isIn(addresses(cluster.standbys()));
			assertThat(inTransaction(context, false)).isEqualTo(cluster.master().address());
		}, ROUTE + true);
	}

	@ParameterizedTest
	@EnumSource(names = "OPENTELEMETRY", mode = EnumSource.Mode.EXCLUDE)
	void whenTransactionsAreRoutedEachStatementIsSeenOnce(Library library) {
		follow(library, (context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			inTransaction(context, true);
			inTransaction(context, false);
			assertThat(context.getBean(SeenStatements.class).dataSources).containsExactly("dataSource", "dataSource");
		}, ROUTE + true);
	}

	@ParameterizedTest
	@CsvSource({ "DATASOURCE_PROXY, false", "DATASOURCE_PROXY, true", "DATASOURCE_MICROMETER, false",
			"DATASOURCE_MICROMETER, true", "OPENTELEMETRY, false", "OPENTELEMETRY, true" })
	void whenThePoolsChangeTheMetricsOfBothDataSourcesFollow(Library library, boolean routed) {
		this.relation.write(cluster.master(), cluster.standbys().subList(0, 1));
		follow(library, (context) -> {
			awaitReplicas(context, addresses(cluster.standbys().subList(0, 1)));
			List<String> before = List.of(pool(primary(context)), pool(replica(context)));
			assertActiveIsCounted(context, "dataSource", primary(context));
			assertActiveIsCounted(context, "replica", replica(context));

			cluster.rotatePassword();
			this.relation.write(cluster.master(), cluster.standbys().subList(0, 1));
			await().untilAsserted(() -> assertThat(List.of(pool(primary(context)), pool(replica(context))))
				.doesNotContainAnyElementsOf(before));
			assertActiveIsCounted(context, "dataSource", primary(context));
			assertActiveIsCounted(context, "replica", replica(context));
		}, ROUTE + routed);
	}

	@ParameterizedTest
	@EnumSource
	void thePoolInUseCanBeReachedThroughTheBeans(Library library) {
		follow(library, (context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(context.getBean("dataSource")).isNotInstanceOf(PrimaryDataSource.class);
			assertThat(context.getBean("replicaDataSource")).isNotInstanceOf(ReplicaDataSource.class);
			assertThat(primary(context).unwrap(HikariDataSource.class).getPoolName())
				.contains(String.valueOf(cluster.master().port()));
			assertThat(replica(context).isWrapperFor(HikariDataSource.class)).isTrue();
			assertThat(health(context)).isEqualTo(Status.UP);
			assertThat(serverOf(replica(context))).isIn(addresses(cluster.standbys()));
		});
	}

	/**
	 * The others ask a connection for its metadata as soon as they have it.
	 */
	@ParameterizedTest
	@EnumSource(names = "DATASOURCE_PROXY")
	void whenFetchingIsLazyAConnectionIsBorrowedByTheFirstStatement(Library library) {
		follow(library, (context) -> {
			try (Connection connection = primary(context).getConnection()) {
				connection.setAutoCommit(false);
				assertThat(active(context, "dataSource")).isZero();
				FollowingApplication.execute(connection, "SELECT 1");
				assertThat(active(context, "dataSource")).isEqualTo(1);
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}, "spring.datasource.connection-fetch=lazy");
	}

	@ParameterizedTest
	@EnumSource
	@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenThereIsNoServerYetTheApplicationStartsAllTheSame(Library library) {
		library.applyTo(FollowingApplication.runner())
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("later.json"), ROUTE + true,
					"spring.datasource.hikari.connection-timeout=3600000")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(primary(context).isWrapperFor(HikariDataSource.class)).isFalse();
				assertThat(active(context, "dataSource")).isZero();
				assertThat(active(context, "replica")).isZero();
			});
	}

	private void follow(Library library, ContextConsumer<AssertableApplicationContext> consumer, String... properties) {
		library.applyTo(FollowingApplication.runner())
			.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withBean(SeenStatements.class)
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path())
			.withPropertyValues(properties)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				awaitPrimary(context, cluster.master());
				consumer.accept(context);
			});
	}

	private static String pool(DataSource dataSource) throws SQLException {
		return dataSource.unwrap(HikariDataSource.class).getPoolName();
	}

	private static String inTransaction(AssertableApplicationContext context, boolean readOnly) {
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(JdbcTransactionManager.class));
		transaction.setReadOnly(readOnly);
		String server = transaction
			.execute((status) -> new JdbcTemplate(primary(context)).queryForObject(SERVER, String.class));
		return String.valueOf(server);
	}

	private static void assertActiveIsCounted(AssertableApplicationContext context, String name,
			DataSource dataSource) {
		// whoever asked the server for its role may be about to give its connection back
		await().untilAsserted(() -> assertThat(active(context, name)).isZero());
		try (Connection connection = dataSource.getConnection()) {
			FollowingApplication.execute(connection, "SELECT 1");
			assertThat(active(context, name)).isEqualTo(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static double active(AssertableApplicationContext context, String name) {
		return context.getBean(MeterRegistry.class).get("jdbc.connections.active").tag("name", name).gauge().value();
	}

	/**
	 * What wraps DataSources, as its documentation has one set it up.
	 */
	enum Library {

		DATASOURCE_PROXY((runner) -> runner
			.withConfiguration(AutoConfigurations.of(DataSourceDecoratorAutoConfiguration.class))),

		DATASOURCE_MICROMETER((runner) -> runner.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withBean(Tracer.class, () -> Tracer.NOOP)
			.withBean(Propagator.class, () -> Propagator.NOOP)
			// its own asks the database for a name, and waits for it when the context
			// starts
			.withBean(DataSourceNameResolver.class, () -> (beanName, dataSource) -> beanName)
			.withConfiguration(AutoConfigurations.of(DataSourceObservationAutoConfiguration.class))),

		OPENTELEMETRY((runner) -> runner.withUserConfiguration(OpenTelemetryConfiguration.class));

		private final UnaryOperator<ApplicationContextRunner> setUp;

		Library(UnaryOperator<ApplicationContextRunner> setUp) {
			this.setUp = setUp;
		}

		ApplicationContextRunner applyTo(ApplicationContextRunner runner) {
			return this.setUp.apply(runner);
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
