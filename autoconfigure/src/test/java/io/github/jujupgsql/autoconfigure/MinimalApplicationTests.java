package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with no more than the starter brings: everything else is optional.
 */
class MinimalApplicationTests {

	/** What {@code spring-boot-starter-jdbc}, the driver and this project need. */
	private static final List<String> NEEDED = List.of("HikariCP-", "classes", "commons-logging-", "jackson-core-3",
			"jspecify-", "logback-", "postgresql-", "slf4j-api-", "snakeyaml-", "spring-aop-", "spring-beans-",
			"spring-boot-4", "spring-boot-autoconfigure-4", "spring-boot-jdbc-4", "spring-boot-persistence-4",
			"spring-boot-sql-4", "spring-boot-transaction-4", "spring-context-", "spring-core-", "spring-expression-",
			"spring-jdbc-", "spring-tx-", "test-classes");

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void anApplicationWithNothingElseStarts() throws Exception {
		List<String> classPath = ForkedProgram.classPath((name) -> NEEDED.stream().anyMatch(name::startsWith));
		assertThat(classPath).noneMatch((jar) -> Stream
			.of("micrometer", "actuator", "health", "flyway", "spring-web", "servlet", "jackson-databind")
			.anyMatch(jar::contains));
		assertThat(new ForkedProgram(this.folder, classPath).run(MinimalProgram.class,
				"--juju.pgsql.relation-file=" + this.folder.resolve("relation.json"), "--debug"))
			.contains("It has started", "PgsqlAutoConfiguration matched", "Juju pgsql relation found property")
			.containsPattern("PgsqlEndpointAutoConfiguration:\\s+Did not match")
			.containsPattern("PgsqlHealthContributorAutoConfiguration:\\s+Did not match")
			.containsPattern("PgsqlMetricsAutoConfiguration:\\s+Did not match")
			.doesNotContain("NoClassDefFoundError");
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.micrometer", "org.springframework.web", "jakarta.servlet",
			"org.springframework.boot.micrometer", "org.flywaydb", "org.crac", "org.springframework.boot.flyway" })
	void eachOfTheOthersMayBeMissing(String missing) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlMetricsAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"),
					"juju.pgsql.replica.read-your-writes=request")
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PrimaryDataSource.class)
				.hasSingleBean(ReplicaDataSource.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.zaxxer.hikari", "org.postgresql", "org.springframework.boot.jdbc.autoconfigure" })
	void withoutWhatItStandsOnNothingHappens(String missing) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"))
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PgsqlProperties.class));
	}

}
