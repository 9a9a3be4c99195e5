package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.datasource.LazyDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.datasource.RoutingDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for what {@link PgsqlAutoConfiguration} makes of {@code dataSource}. There is no
 * master, and a borrower would wait for one for longer than a test may take.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LazyAndRoutingConfigurationTests {

	private static final String ROUTE = "juju.pgsql.route-read-only-transactions=";

	private static final String FETCH = "spring.datasource.connection-fetch=";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class,
				PgsqlHealthContributorAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, DataSourceHealthContributorAutoConfiguration.class,
				MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
				DataSourcePoolMetricsAutoConfiguration.class))
		.withPropertyValues("spring.datasource.hikari.connection-timeout=3600000");

	@Test
	void neitherUnlessAskedFor() {
		following().run((context) -> {
			assertThat(context).hasSingleBean(PrimaryDataSource.class);
			assertThat(context).doesNotHaveBean(LazyConnectionDataSourceProxy.class);
			assertThat(dataSource(context)).isInstanceOf(PrimaryDataSource.class);
		});
	}

	@ParameterizedTest
	@CsvSource({ "false, eager", "false, lazy", "true, eager", "true, lazy" })
	void whatIsLazyIsSoOnce(boolean routed, String fetch) {
		following().withPropertyValues(ROUTE + routed, FETCH + fetch).run((context) -> {
			boolean lazy = routed || fetch.equals("lazy");
			assertThat(context).hasNotFailed();
			assertThat(dataSource(context)).isExactlyInstanceOf(
					routed ? RoutingDataSource.class : lazy ? LazyDataSource.class : PrimaryDataSource.class);
			assertThat(target(dataSource(context)) instanceof PrimaryDataSource).isEqualTo(lazy);
			assertThat(context.getBeansOfType(DataSource.class)).containsOnlyKeys("dataSource", "replicaDataSource");
			assertThat(context.getBean(DataSource.class)).isSameAs(dataSource(context));
			assertThat(context.getBean("replicaDataSource")).isExactlyInstanceOf(ReplicaDataSource.class);
			assertThat(context).doesNotHaveBean("lazyConnectionDataSourceBeanPostProcessor");
			assertThat(context.getBean(JdbcTransactionManager.class).getDataSource()).isSameAs(dataSource(context));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "sometimes" })
	void whatIsNeitherEagerNorLazyIsEager(String fetch) {
		following().withPropertyValues(FETCH + fetch)
			.run((context) -> assertThat(dataSource(context)).isExactlyInstanceOf(PrimaryDataSource.class));
	}

	@Test
	void withoutRelationFileSpringBootMakesItsOwnDataSourceLazy() {
		assumeThat(SpringBootVersion.getVersion()).as("has connection-fetch").isGreaterThanOrEqualTo("4.1");
		this.runner
			.withPropertyValues(ROUTE + "true", FETCH + "lazy",
					"spring.datasource.url=jdbc:postgresql://localhost/notes")
			.run((context) -> {
				assertThat(dataSource(context)).isExactlyInstanceOf(LazyConnectionDataSourceProxy.class);
				assertThat(target(dataSource(context))).isInstanceOf(HikariDataSource.class);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { ROUTE + "true", FETCH + "lazy" })
	void whileThereIsNoMasterNobodyWaitsWhoNeedsNone(String property) {
		following().withPropertyValues(property).run((context) -> {
			DataSource dataSource = dataSource(context);
			assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isFalse();
			assertThat(DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class))
				.isNull();
			assertThat(DataSourceUnwrapper.unwrap(dataSource, PrimaryDataSource.class)).isNotNull();
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("jdbc.connections.active").tag("name", "dataSource").gauge().value()).isZero();
			for (boolean readOnly : new boolean[] { true, false }) {
				TransactionTemplate transaction = new TransactionTemplate(
						context.getBean(JdbcTransactionManager.class));
				transaction.setReadOnly(readOnly);
				assertThat(transaction.<String>execute((status) -> "without a statement"))
					.isEqualTo("without a statement");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { ROUTE + "true", FETCH + "lazy" })
	void whatConnectionsAreLikeIsTakenFromThePoolsConfiguration(String property) {
		following()
			.withPropertyValues(property, "spring.datasource.hikari.auto-commit=false",
					"spring.datasource.hikari.transaction-isolation=TRANSACTION_REPEATABLE_READ")
			.run((context) -> {
				try (Connection connection = dataSource(context).getConnection()) {
					assertThat(connection.getAutoCommit()).isFalse();
					assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
				}
			});
		following().withPropertyValues(property).run((context) -> {
			try (Connection connection = dataSource(context).getConnection()) {
				assertThat(connection.getAutoCommit()).isTrue();
			}
		});
	}

	@Test
	void thePropertyIsBound() {
		following().run((context) -> assertThat(context.getBean(PgsqlProperties.class).isRouteReadOnlyTransactions())
			.isFalse());
		following().withPropertyValues(ROUTE + "true")
			.run((context) -> assertThat(context.getBean(PgsqlProperties.class).isRouteReadOnlyTransactions())
				.isTrue());
	}

	private static DataSource dataSource(AssertableApplicationContext context) {
		return context.getBean("dataSource", DataSource.class);
	}

	private static @Nullable DataSource target(DataSource dataSource) {
		return ((DelegatingDataSource) dataSource).getTargetDataSource();
	}

	private ApplicationContextRunner following() {
		return this.runner.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"));
	}

}
