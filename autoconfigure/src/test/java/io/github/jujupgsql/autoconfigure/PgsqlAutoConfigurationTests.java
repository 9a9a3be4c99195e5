package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Hashtable;

import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.actuate.PgsqlMetrics;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.PrimaryUnavailableException;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.datasource.ReadYourWritesFilter;
import io.github.jujupgsql.datasource.Replica;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.datasource.TooManyWaitersException;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.watch.RelationFileException;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PgsqlAutoConfiguration} that need no server.
 */
@ExtendWith(OutputCaptureExtension.class)
class PgsqlAutoConfigurationTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlEndpointAutoConfiguration.class,
				PgsqlHealthContributorAutoConfiguration.class, PgsqlMetricsAutoConfiguration.class,
				RelationNotFollowedAutoConfiguration.class, DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				JdbcClientAutoConfiguration.class, HealthContributorAutoConfiguration.class,
				DataSourceHealthContributorAutoConfiguration.class, EndpointAutoConfiguration.class))
		.withPropertyValues("spring.datasource.hikari.connection-timeout=250",
				"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*");

	@Test
	void withoutRelationFileSpringBootsOwnDataSourceApplies() {
		withMeterRegistry(this.contextRunner)
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/notes")
			.run((context) -> {
				assertThat(context).hasSingleBean(DataSource.class).hasSingleBean(HikariDataSource.class);
				assertThat(context).doesNotHaveBean(ServerPools.class)
					.doesNotHaveBean(PgsqlEndpoint.class)
					.doesNotHaveBean(PgsqlMetrics.class)
					.doesNotHaveBean(PgsqlHealthIndicator.class);
				assertThat(ConditionEvaluationReport.get(context.getBeanFactory())
					.getConditionAndOutcomesBySource()
					.get(PgsqlAutoConfiguration.class.getName())).isNotNull()
					.anySatisfy((outcome) -> assertThat(outcome.getOutcome().getMessage())
						.contains("did not find property juju.pgsql.relation-file"));
			});
	}

	@Test
	void anEmptyRelationFilePropertyCountsAsNone() {
		this.contextRunner
			.withPropertyValues("juju.pgsql.relation-file=", "spring.datasource.url=jdbc:postgresql://localhost/notes")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerPools.class)
				.hasSingleBean(HikariDataSource.class));
	}

	@Test
	void aDataSourceOfTheUsersOwnWinsWithAWarning(CapturedOutput output) {
		withRelationFile().withPropertyValues("spring.main.lazy-initialization=true")
			.withUserConfiguration(OwnDataSource.class)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ServerPools.class)
					.getBean(DataSource.class)
					.isInstanceOf(DriverManagerDataSource.class);
				assertThat(output).contains("WARN")
					.contains("juju.pgsql.relation-file is set, but the relation is not followed: the application has a"
							+ " DataSource of its own, the bean 'ownDataSource'. ");
			});
	}

	@Test
	void aJndiNameWinsWithAWarning(CapturedOutput output) {
		withRelationFile().withConfiguration(AutoConfigurations.of(JndiDataSourceAutoConfiguration.class))
			.withSystemProperties(Context.INITIAL_CONTEXT_FACTORY + "=" + Jndi.class.getName())
			.withPropertyValues("spring.datasource.jndi-name=java:comp/env/jdbc/notes")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ServerPools.class)
					.getBean(DataSource.class)
					.isInstanceOf(DriverManagerDataSource.class);
				assertThat(output).contains("WARN")
					.contains("the relation is not followed: spring.datasource.jndi-name is set");
			});
	}

	@Test
	void nothingIsToldOfARelationThatIsFollowedOrNotWanted(CapturedOutput output) {
		withRelationFile().run((context) -> assertThat(context).hasSingleBean(ServerPools.class)
			.doesNotHaveBean(RelationNotFollowedAutoConfiguration.class));
		this.contextRunner.withUserConfiguration(OwnDataSource.class)
			.run((context) -> assertThat(context).doesNotHaveBean(RelationNotFollowedAutoConfiguration.class));
		assertThat(output).doesNotContain("is not followed");
	}

	@Test
	void aBeanOfTheUsersOwnThatHasTheNameStays() {
		onlyDataSources().withBean("dataSource", Integer.class, () -> 42)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ReplicaDataSource.class)
				.doesNotHaveBean(PrimaryDataSource.class));
	}

	@Test
	void connectionDetailsOfTheUsersOwnWinAndThatIsTold(CapturedOutput output) {
		withRelationFile().withUserConfiguration(OwnConnectionDetails.class).run((context) -> {
			assertThat(context).doesNotHaveBean(ServerPools.class)
				.getBean(HikariDataSource.class)
				.extracting(HikariDataSource::getJdbcUrl)
				.isEqualTo("jdbc:postgresql://own/notes");
			assertThat(output).contains("INFO")
				.contains(
						"the relation is not followed: the JdbcConnectionDetails of the bean 'ownConnectionDetails' say where");
		});
	}

	@Test
	void withoutDriverNothingHappens() {
		onlyDataSources().withClassLoader(new FilteredClassLoader("org.postgresql"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerPools.class));
	}

	@Test
	void withoutMicrometerTheDataSourcesAreThere() {
		onlyDataSources().withConfiguration(AutoConfigurations.of(PgsqlMetricsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PrimaryDataSource.class)
				.doesNotHaveBean("pgsqlMetrics"));
	}

	@Test
	void withoutAMeterRegistryThereAreNoMetrics() {
		withRelationFile().run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlMetrics.class));
	}

	@Test
	void withAMeterRegistryThereAreMetrics() {
		withMeterRegistry(withRelationFile()).run((context) -> {
			assertThat(context).hasSingleBean(PgsqlMetrics.class);
			assertThat(context.getBean(MeterRegistry.class).get("juju.pgsql.primary.available").gauge().value())
				.isZero();
		});
	}

	@Test
	void thePrimaryIsWhatEverybodyGetsAndTheReplicaIsAskedFor() {
		withRelationFile().withUserConfiguration(Consumer.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Consumer consumer = context.getBean(Consumer.class);
			assertThat(consumer.byType).isInstanceOf(PrimaryDataSource.class);
			assertThat(consumer.replica).isInstanceOf(ReplicaDataSource.class);
			assertThat(context.getBean(JdbcTemplate.class).getDataSource()).isSameAs(consumer.byType);
			assertThat(context.getBean(JdbcTransactionManager.class).getDataSource()).isSameAs(consumer.byType);
			assertThat(context.getBean("dataSource")).isSameAs(consumer.byType);
			assertThat(context.getBean("replicaDataSource")).isSameAs(consumer.replica);
		});
	}

	@Test
	void whenTheFileIsNotThereYetTheApplicationStartsAndBorrowersWait(CapturedOutput output) {
		withRelationFile().run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("does not exist yet");
			assertThatExceptionOfType(PrimaryUnavailableException.class)
				.isThrownBy(() -> context.getBean("dataSource", DataSource.class).getConnection())
				.withMessageContaining("No primary within 250 ms");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> context.getBean("replicaDataSource", DataSource.class).getConnection())
				.withMessageContaining("No primary within 250 ms");
		});
	}

	@Test
	void whenTheFileIsNotThereYetHealthIsDownAtOnce() {
		withRelationFile().run((context) -> {
			var health = context.getBean("dbHealthContributor", PgsqlHealthIndicator.class).health();
			assertThat(health).isNotNull();
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).hasEntrySatisfying("reason",
					(reason) -> assertThat(reason).asString().startsWith("No primary"));
		});
	}

	@Test
	void whenTheFileIsBrokenTheApplicationFailsToStartWithAnAnalysis() throws IOException {
		Files.writeString(file(), "{\"master\": \"host=10.0.0.5 user=u password=s3cret pasword=s3cret\"}");
		withRelationFile().run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new RelationFileFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getCause()).isInstanceOf(RelationFileException.class);
			assertThat(analysis.getDescription()).contains(file().toString(), "'master'").doesNotContain("s3cret");
			assertThat(analysis.getAction()).contains(file().toString());
		});
	}

	@Test
	void theEndpointPicksTheRelationOfAWholeUnit() throws IOException {
		Files.writeString(file(), """
				notes/0:
				  relation-info:
				  - {relation-id: 1, endpoint: db, application-data: {master: host=a user=u}}
				  - {relation-id: 2, endpoint: other, application-data: {standbys: host=b s3cret}}
				""");
		withRelationFile().run((context) -> assertThat(context).hasFailed()
			.getFailure()
			.rootCause()
			.hasMessageContainingAll("juju.pgsql.endpoint", "db", "other"));
		withRelationFile().withPropertyValues("juju.pgsql.endpoint=other", "juju.pgsql.database=").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(RelationFileWatcher.class).getState().relation().id()).isEqualTo("2");
		});
	}

	@Test
	void healthTellsWhatWasLeftOutAndWhatIsWaitedFor() throws IOException {
		Files.writeString(file(), "related-units: {p/0: {data: {standbys: host=b s3cret}}}\n");
		withRelationFile().run((context) -> {
			var health = context.getBean("dbHealthContributor", PgsqlHealthIndicator.class).health();
			assertThat(health).isNotNull();
			assertThat(health.getDetails())
				.hasEntrySatisfying("warnings",
						(warnings) -> assertThat(warnings).asString()
							.contains("related-units.p/0.data.standbys[0]")
							.doesNotContain("s3cret"))
				.containsEntry("waitingFor", "no master yet; waiting for 'master' of p/0");
		});
	}

	@Test
	void whenSomethingNeedsTheDatabaseToStartTheAnalysisSaysWhatItWaitedFor() {
		withRelationFile().withUserConfiguration(NeedsDatabase.class).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new PrimaryUnavailableFailureAnalyzer(
					new MockEnvironment().withProperty("juju.pgsql.relation-file", file().toString()))
				.analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains("No primary within 250 ms", file().toString());
		});
	}

	@Test
	void propertiesAreBound() {
		withRelationFile()
			.withPropertyValues("juju.pgsql.endpoint=db", "juju.pgsql.database=notes",
					"juju.pgsql.extensions=citext,hstore", "juju.pgsql.poll-interval=1s",
					"juju.pgsql.missing-file-grace=2s", "juju.pgsql.drain-timeout=3s",
					"juju.pgsql.primary.maximum-pool-size=4", "juju.pgsql.replica.minimum-idle=0")
			.run((context) -> {
				PgsqlProperties properties = context.getBean(PgsqlProperties.class);
				assertThat(properties.getRelationFile()).isEqualTo(file());
				assertThat(properties.getEndpoint()).isEqualTo("db");
				assertThat(properties.getDatabase()).isEqualTo("notes");
				assertThat(properties.getExtensions()).containsExactly("citext", "hstore");
				assertThat(properties.getPollInterval()).isEqualTo(Duration.ofSeconds(1));
				assertThat(properties.getMissingFileGrace()).isEqualTo(Duration.ofSeconds(2));
				assertThat(properties.getDrainTimeout()).isEqualTo(Duration.ofSeconds(3));
				assertThat(properties.getPrimary().getMaximumPoolSize()).isEqualTo(4);
				assertThat(properties.getReplica().getMinimumIdle()).isZero();
			});
	}

	@Test
	void noMoreThreadsWaitForAPrimaryThanTheApplicationWants() {
		withRelationFile().withPropertyValues("juju.pgsql.primary.maximum-waiting=0").run((context) -> {
			assertThatExceptionOfType(TooManyWaitersException.class)
				.isThrownBy(() -> context.getBean("dataSource", DataSource.class).getConnection())
				.withMessageContaining("juju.pgsql.primary.maximum-waiting is 0");
			assertThatExceptionOfType(TooManyWaitersException.class)
				.isThrownBy(() -> context.getBean("replicaDataSource", DataSource.class).getConnection());
			assertThat(context.getBean(PrimaryWaiters.class).getRefused()).isEqualTo(2);
		});
	}

	@Test
	void aPrimaryThatIsMissingIsWaitedForAsLongAsTheApplicationWants() {
		withRelationFile().withPropertyValues("juju.pgsql.primary.missing-timeout=20ms")
			.run((context) -> assertThatExceptionOfType(PrimaryUnavailableException.class)
				.isThrownBy(() -> context.getBean("dataSource", DataSource.class).getConnection())
				.withMessageContaining("No primary within 20 ms"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "juju.pgsql.primary.maximum-waiting=-1", "juju.pgsql.primary.missing-timeout=-1s",
			"juju.pgsql.health.missing-primary-grace=-1s" })
	void aNegativeLimitIsRefused(String property) {
		withRelationFile().withPropertyValues(property)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("must not be negative"));
	}

	@Test
	void aPollIntervalOfZeroIsRefused() {
		withRelationFile().withPropertyValues("juju.pgsql.poll-interval=0s")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("Poll interval must be positive"));
	}

	@Test
	void requestsAreScopesOnlyOfServletApplicationsThatWantIt() {
		WebApplicationContextRunner web = new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + file());
		String on = "juju.pgsql.replica.read-your-writes=request";
		web.withPropertyValues(on).run((context) -> assertThat(context).hasSingleBean(ReadYourWritesFilter.class));
		web.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ReadYourWritesFilter.class));
		web.withPropertyValues("juju.pgsql.replica.read-your-writes=off")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ReadYourWritesFilter.class));
		web.withPropertyValues(on)
			.withClassLoader(new FilteredClassLoader(OncePerRequestFilter.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ReplicaDataSource.class));
		onlyDataSources().withPropertyValues(on)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ReadYourWritesFilter.class));
	}

	@Test
	void whenTheContextIsClosedNoThreadStays() {
		withRelationFile().run((context) -> {
			assertThat(context).hasSingleBean(RelationFileWatcher.class);
			context.close();
			// an executor is terminated a moment before its thread is
			await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("pgsql-")));
		});
	}

	private Path file() {
		return this.folder.resolve("relation.json");
	}

	private ApplicationContextRunner onlyDataSources() {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + file());
	}

	private static ApplicationContextRunner withMeterRegistry(ApplicationContextRunner runner) {
		return runner.withConfiguration(
				AutoConfigurations.of(MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));
	}

	private ApplicationContextRunner withRelationFile() {
		return this.contextRunner.withPropertyValues("juju.pgsql.relation-file=" + file());
	}

	/**
	 * A directory in which every name leads to a DataSource.
	 */
	public static class Jndi implements InitialContextFactory {

		@Override
		public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
			return new InitialContext(true) {

				@Override
				public Object lookup(String name) {
					return new DriverManagerDataSource();
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDataSource {

		@Bean
		DataSource ownDataSource() {
			return new DriverManagerDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConnectionDetails {

		@Bean
		JdbcConnectionDetails ownConnectionDetails() {
			return new JdbcConnectionDetails() {

				@Override
				public String getUsername() {
					return "own";
				}

				@Override
				public String getPassword() {
					return "own";
				}

				@Override
				public String getJdbcUrl() {
					return "jdbc:postgresql://own/notes";
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NeedsDatabase {

		@Bean
		Integer answer(JdbcTemplate template) {
			return template.queryForObject("SELECT 42", Integer.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Consumer {

		final DataSource byType;

		final DataSource replica;

		@Autowired
		Consumer(DataSource byType, @Replica DataSource replica) {
			this.byType = byType;
			this.replica = replica;
		}

	}

}
