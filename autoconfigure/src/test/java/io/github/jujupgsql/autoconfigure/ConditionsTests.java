package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;

import javax.sql.XADataSource;

import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.actuate.PgsqlMetrics;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.xa.PGXADataSource;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for when the beans of the auto-configurations are there, and for what the
 * condition report says of it. Those for lazy and routing DataSources and for the scopes
 * of requests are elsewhere.
 */
class ConditionsTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"juju.pgsql.relation-file=/etc/notes/pgsql.json | Juju pgsql relation found property juju.pgsql.relation-file",
			"juju.pgsql.relation-file=                      | Juju pgsql relation property juju.pgsql.relation-file is empty",
			"juju.pgsql.database=notes                      | Juju pgsql relation did not find property juju.pgsql.relation-file" })
	void theReportSaysWhetherThereIsARelation(String property, String message) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues(property)
			.run((context) -> assertThat(ConditionEvaluationReport.get(context.getBeanFactory())
				.getConditionAndOutcomesBySource()
				.get(PgsqlAutoConfiguration.class.getName())).isNotNull()
				.anySatisfy((outcome) -> assertThat(outcome.getOutcome().getMessage()).isEqualTo(message)));
	}

	@Test
	void anXaDataSourceOfTheApplicationWins() {
		runner().withBean(XADataSource.class, PGXADataSource::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerPools.class));
		runner().run((context) -> assertThat(context).hasSingleBean(ServerPools.class));
	}

	@Test
	void theEndpointIsThereWhereItIsExposed() {
		ApplicationContextRunner runner = runner().withConfiguration(
				AutoConfigurations.of(PgsqlEndpointAutoConfiguration.class, EndpointAutoConfiguration.class));
		String exposed = "management.endpoints.jmx.exposure.include=pgsql";
		runner.withPropertyValues(exposed, "spring.jmx.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(PgsqlEndpoint.class));
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlEndpoint.class));
		runner.withPropertyValues(exposed, "spring.jmx.enabled=true", "management.endpoint.pgsql.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlEndpoint.class));
		runner.withPropertyValues(exposed, "spring.jmx.enabled=true")
			.withUserConfiguration(OwnEndpoint.class)
			.run((context) -> assertThat(context).hasSingleBean(PgsqlEndpoint.class).hasBean("ownEndpoint"));
	}

	@Test
	void theHealthIsThereUnlessItIsSwitchedOffOrTheApplicationHasItsOwn() {
		ApplicationContextRunner runner = runner()
			.withConfiguration(AutoConfigurations.of(PgsqlHealthContributorAutoConfiguration.class));
		runner.run((context) -> assertThat(context).hasSingleBean(PgsqlHealthIndicator.class));
		runner.withPropertyValues("management.health.db.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlHealthIndicator.class));
		HealthIndicator own = () -> Health.up().build();
		runner.withBean("dbHealthIndicator", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlHealthIndicator.class));
	}

	@Test
	void theMetricsAreThereWhereThereIsARegistryAndTheApplicationHasNotItsOwn() {
		ApplicationContextRunner runner = runner()
			.withConfiguration(AutoConfigurations.of(PgsqlMetricsAutoConfiguration.class));
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlMetrics.class));
		ApplicationContextRunner measured = runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
		measured.run((context) -> assertThat(context).hasSingleBean(PgsqlMetrics.class).hasBean("pgsqlMetrics"));
		measured.withUserConfiguration(OwnMetrics.class)
			.run((context) -> assertThat(context).hasSingleBean(PgsqlMetrics.class).hasBean("ownMetrics"));
	}

	@ParameterizedTest
	@ValueSource(classes = { PgsqlEndpoint.class, PgsqlMetrics.class, PgsqlHealthIndicator.class })
	void withoutARelationThereIsNothingToLookAt(Class<?> bean) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlEndpointAutoConfiguration.class,
					PgsqlHealthContributorAutoConfiguration.class, PgsqlMetricsAutoConfiguration.class,
					EndpointAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=*")
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(bean));
	}

	@Test
	void thePoolsAreMeasuredWhereThereIsMicrometer() {
		runner().run((context) -> assertThat(context).hasSingleBean(HikariConfigCustomizer.class));
		runner().withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(HikariConfigCustomizer.class));
	}

	@Test
	void whereThereAreCheckpointsTheOnePoolThatThereIsNotIsNotStopped() {
		runner().run((context) -> assertThat(context).hasSingleBean(HikariCheckpointRestoreLifecycle.class));
		runner().withClassLoader(new FilteredClassLoader("org.crac"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(HikariCheckpointRestoreLifecycle.class));
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEndpoint {

		@Bean
		PgsqlEndpoint ownEndpoint(PgsqlTopology topology) {
			return new PgsqlEndpoint(topology);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMetrics {

		@Bean
		PgsqlMetrics ownMetrics(PgsqlTopology topology, PrimaryWaiters waiters) {
			return new PgsqlMetrics(topology, true, false, waiters);
		}

	}

}
