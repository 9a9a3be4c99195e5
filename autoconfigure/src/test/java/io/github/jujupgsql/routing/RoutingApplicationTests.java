package io.github.jujupgsql.routing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlHealthContributorAutoConfiguration;
import io.github.jujupgsql.datasource.ReadYourWrites;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what else there is in an application whose {@code dataSource} is lazy or
 * routed.
 */
class RoutingApplicationTests {

	private static final String ROUTED = "juju.pgsql.route-read-only-transactions=true";

	private static final String LAZY = "spring.datasource.connection-fetch=lazy";

	private static final String PORT = "SELECT inet_server_port()";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(1);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class,
				PgsqlHealthContributorAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				JdbcTemplateAutoConfiguration.class))
		.withPropertyValues("spring.datasource.hikari.minimum-idle=0");

	@ParameterizedTest
	@ValueSource(strings = { ROUTED, LAZY })
	void theMetricsOfDataSourceAreThoseOfThePrimarysPool(String property) {
		following(property)
			.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, DataSourcePoolMetricsAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.primary.maximum-pool-size=3", "juju.pgsql.replica.maximum-pool-size=5")
			.run((context) -> {
				awaitReplica(context);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				try (Connection connection = context.getBean("dataSource", DataSource.class).getConnection();
						Statement statement = connection.createStatement()) {
					statement.execute("SELECT 1");
					assertThat(gauge(registry, "active", "dataSource")).isEqualTo(1);
				}
				assertThat(gauge(registry, "active", "dataSource")).isZero();
				assertThat(gauge(registry, "max", "dataSource")).isEqualTo(3);
				assertThat(gauge(registry, "max", "replica")).isEqualTo(5);
			});
	}

	@Test
	void aReadOnlyTransactionKnowsWhatWasWrittenBeforeInItsScope() {
		following(ROUTED)
			.withPropertyValues("juju.pgsql.replica.read-your-writes=request",
					"juju.pgsql.replica.read-your-writes-timeout=50ms")
			.run((context) -> {
				awaitReplica(context);
				standby().pauseReplay();
				try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
					assertThat(ask(context, readOnly(context), PORT)).isEqualTo(port(standby()));
					ask(context, readWrite(context), "SELECT pg_logical_emit_message(true, 'test', '')");
					assertThat(ask(context, readOnly(context), PORT)).isEqualTo(port(cluster.master()));
				}
				finally {
					standby().resumeReplay();
				}
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { ROUTED, LAZY })
	void migrationsAndScriptsRunOnThePrimary(String property) throws IOException {
		Path migrations = Files.createDirectories(this.folder.resolve("migrations"));
		Files.writeString(migrations.resolve("V1__init.sql"), "CREATE TABLE migrated (i int);");
		Files.writeString(this.folder.resolve("schema.sql"), "CREATE TABLE IF NOT EXISTS initialised (i int);");
		following(property)
			.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class,
					DataSourceInitializationAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=filesystem:" + migrations, "spring.sql.init.mode=always",
					"spring.sql.init.schema-locations=file:" + this.folder.resolve("schema.sql"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(onMaster("SELECT count(*) FROM migrated, initialised")).isEqualTo("0");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { ROUTED, LAZY })
	void healthIsThatOfThePrimary(String property) {
		following(property).run((context) -> {
			PgsqlHealthIndicator indicator = context.getBean("dbHealthContributor", PgsqlHealthIndicator.class);
			await().untilAsserted(() -> {
				var health = indicator.health();
				assertThat(health).isNotNull();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
			});
		});
	}

	@Test
	void withoutRoutingALazyConnectionOfAReadOnlyTransactionIsThePrimarysAndReadOnly() {
		following(LAZY).run((context) -> {
			awaitReplica(context);
			assertThat(ask(context, readOnly(context), PORT)).isEqualTo(port(cluster.master()));
			assertThat(ask(context, readOnly(context), "SHOW transaction_read_only")).isEqualTo("on");
		});
	}

	@Test
	void connectionsThatDoNotCommitByThemselvesAreRouted() {
		following(ROUTED).withPropertyValues("spring.datasource.hikari.auto-commit=false").run((context) -> {
			awaitReplica(context);
			for (int i = 0; i < 3; i++) {
				assertThat(ask(context, readOnly(context), PORT)).isEqualTo(port(standby()));
				assertThat(ask(context, readWrite(context), PORT)).isEqualTo(port(cluster.master()));
			}
		});
	}

	@Test
	void anIsolationOfItsOwnHoldsForTheTransactionAlone() {
		following(ROUTED).run((context) -> {
			awaitReplica(context);
			TransactionTemplate repeatable = readOnly(context);
			repeatable.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
			for (int i = 0; i < 2; i++) {
				assertThat(ask(context, repeatable,
						"SELECT inet_server_port() || current_setting('transaction_isolation')"))
					.isEqualTo(port(standby()) + "repeatable read");
				assertThat(ask(context, readOnly(context), "SHOW transaction_isolation")).isEqualTo("read committed");
			}
		});
	}

	@Test
	void whenHibernateDoesNotHoldItsConnectionReadOnlyTransactionsAreOnThePrimary() {
		following(ROUTED).withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
			.withPropertyValues(
					"spring.jpa.properties.hibernate.connection.handling_mode=DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION")
			.run((context) -> {
				awaitReplica(context);
				assertThat(ask(context, readOnly(context), PORT)).isEqualTo(port(cluster.master()));
			});
	}

	private ApplicationContextRunner following(String property) {
		RelationFile relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		relation.write();
		return this.runner.withPropertyValues(property, "juju.pgsql.relation-file=" + relation.path());
	}

	private static void awaitReplica(ApplicationContext context) {
		await().until(() -> !context.getBean(ServerPools.class).getRoles().current().replicas().isEmpty());
	}

	private static TransactionTemplate readOnly(ApplicationContext context) {
		TransactionTemplate template = readWrite(context);
		template.setReadOnly(true);
		return template;
	}

	private static TransactionTemplate readWrite(ApplicationContext context) {
		return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
	}

	private static String ask(ApplicationContext context, TransactionTemplate transaction, String query) {
		JdbcTemplate template = context.getBean(JdbcTemplate.class);
		return String.valueOf(transaction.<String>execute((status) -> template.queryForObject(query, String.class)));
	}

	private static double gauge(MeterRegistry registry, String name, String dataSource) {
		return registry.get("jdbc.connections." + name).tag("name", dataSource).gauge().value();
	}

	private static PgsqlServer standby() {
		return cluster.standbys().get(0);
	}

	private static String port(PgsqlServer server) {
		return String.valueOf(server.port());
	}

	private static String onMaster(String query) throws SQLException {
		try (Connection connection = cluster.master().connection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return result.getString(1);
		}
	}

}
