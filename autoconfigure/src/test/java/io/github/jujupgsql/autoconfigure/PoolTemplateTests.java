package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.pool.ServerPools;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what {@code spring.datasource.hikari} says: that it can work is found out
 * when the application starts, before there is a server.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolTemplateTests {

	private static final String ISOLATION = "spring.datasource.hikari.transaction-isolation";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@ValueSource(strings = { "TRANSACTION_SERIALISABLE", "TRANSACTION_NONE", "99", "serializable" })
	void whenThereIsNoSuchIsolationThenTheStartFailsAndNamesTheProperty(String isolation) {
		runner().withPropertyValues(ISOLATION + "=" + isolation).run((context) -> {
			assertThat(context).hasFailed();
			Throwable failure = context.getStartupFailure();
			FailureAnalysis analysis = new PoolTemplateFailureAnalyzer().analyze(failure);
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains(ISOLATION, isolation);
			assertThat(analysis.getAction()).contains("TRANSACTION_READ_COMMITTED");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "TRANSACTION_READ_COMMITTED", "TRANSACTION_SERIALIZABLE", "4" })
	void whenTheIsolationExistsThenTheApplicationStarts(String isolation) {
		runner().withPropertyValues(ISOLATION + "=" + isolation).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenHikariCannotMakeAPoolOfItThenTheStartFailsAndSaysWhy() {
		ScheduledExecutorService shutDown = Executors.newSingleThreadScheduledExecutor();
		shutDown.shutdown();
		runner().withBean(HikariConfigCustomizer.class, () -> (config) -> config.setScheduledExecutor(shutDown))
			.run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = new PoolTemplateFailureAnalyzer().analyze(context.getStartupFailure());
				assertThat(analysis).isNotNull();
				assertThat(analysis.getDescription()).contains("spring.datasource.hikari", "rejected");
			});
	}

	@ParameterizedTest
	@CsvSource({ "spring.datasource.hikari, maximum-pool-size, 0, maxPoolSize cannot be less than 1",
			"spring.datasource.hikari, minimum-idle, -1, minimumIdle cannot be negative",
			"spring.datasource.hikari, connection-timeout, 100, connectionTimeout cannot be less than 250ms",
			"juju.pgsql.primary, maximum-pool-size, 0, Maximum pool size must be positive",
			"juju.pgsql.primary, minimum-idle, -1, Minimum idle must not be negative",
			"juju.pgsql.replica, maximum-pool-size, -2, Maximum pool size must be positive",
			"juju.pgsql.replica, minimum-idle, -1, Minimum idle must not be negative" })
	void whenASizeOrATimeIsImpossibleThenTheStartFailsAndSaysWhy(String prefix, String name, String value,
			String reason) {
		runner().withPropertyValues(prefix + "." + name + "=" + value)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("'" + prefix + "'")
				.hasStackTraceContaining(reason));
	}

	@ParameterizedTest
	@CsvSource({ "spring.datasource.hikari.maximum-pool-size, many, to int",
			"spring.datasource.hikari.maximum-pool-size, 0, maxPoolSize cannot be less than 1",
			"spring.datasource.hikari.connection-timeout, 100, connectionTimeout cannot be less than 250ms",
			"spring.datasource.hikari.validation-timeout, 100, validationTimeout cannot be less than 250ms",
			"spring.datasource.hikari.minimum-idle, -1, minimumIdle cannot be negative",
			"spring.datasource.hikari.idle-timeout, -1, idleTimeout cannot be negative",
			"spring.datasource.hikari.auto-commit, perhaps, Invalid boolean value",
			"spring.datasource.hikari.exception-override-class-name, no.such.Type, no.such.Type",
			"juju.pgsql.poll-interval, soon, Duration", "juju.pgsql.poll-interval, 0s, Poll interval must be positive",
			"juju.pgsql.drain-timeout, -1s, Drain timeout must not be negative",
			"juju.pgsql.replica.load-balancing, fair, LEAST_BUSY", "juju.pgsql.ssl-mode, prefer, VERIFY_FULL",
			"juju.pgsql.follow-promotions, perhaps, Invalid boolean value" })
	void springBootsAnalysisNamesThePropertyThatCannotBe(String property, String value, String reason,
			CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application
			.run("--juju.pgsql.relation-file=" + this.folder.resolve("relation.json"), "--" + property + "=" + value)
			.close());
		assertThat(output.getAll()).contains("APPLICATION FAILED TO START", "Property: " + property, reason);
	}

	@Test
	void eachPoolHasAConfigurationOfItsOwn() {
		runner().withPropertyValues("spring.datasource.hikari.maximum-pool-size=3").run((context) -> {
			PoolTemplate template = context.getBean(PoolTemplate.class);
			HikariConfig one = template.copy();
			one.setPoolName("one");
			HikariConfig other = template.copy();
			assertThat(other.getMaximumPoolSize()).isEqualTo(3);
			assertThat(other.getPoolName()).isNull();
		});
	}

	@Test
	void whenItCanWorkThenTryingItLeavesNothingBehind(CapturedOutput output) {
		MeterRegistry registry = new SimpleMeterRegistry();
		runner().withBean(MeterRegistry.class, () -> registry)
			.withPropertyValues("spring.datasource.hikari.register-mbeans=true",
					"spring.datasource.hikari.pool-name=tried")
			.run((context) -> {
				assertThat(context).hasSingleBean(ServerPools.class);
				assertThat(registry.getMeters()).map(Meter::getId)
					.map(Meter.Id::getName)
					.noneMatch((name) -> name.startsWith("hikaricp"));
				// a pool is closed a moment before its threads have ended
				await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).map(Thread::getName)
					.noneMatch((name) -> name.contains("housekeeper")));
				assertThat(output).doesNotContain("INFO com.zaxxer", "WARN com.zaxxer", "ERROR com.zaxxer");
			});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PgsqlAutoConfiguration.class)
	static class Application {

	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"));
	}

}
