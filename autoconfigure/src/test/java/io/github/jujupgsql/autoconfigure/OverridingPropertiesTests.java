package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;

import io.github.jujupgsql.pool.ServerPools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for properties that say what the relation says.
 */
@ExtendWith(OutputCaptureExtension.class)
class OverridingPropertiesTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@CsvSource({ "jdbc-url, where the database is", "data-source-jndi, where the database is",
			"username, how to log in", "password, how to log in", "credentials-provider-class-name, how to log in",
			"driver-class-name, what makes the connections", "data-source-class-name, what makes the connections",
			"data-source-properties.user, how to log in", "data-source-properties.password, how to log in",
			"data-source-properties.authenticationPluginClassName, how to log in",
			"data-source-properties.PGHOST, where the database is",
			"data-source-properties.PGPORT, where the database is",
			"data-source-properties.PGDBNAME, where the database is",
			"data-source-properties.service, where the database is",
			"data-source-properties.serverName, where the database is",
			"data-source-properties.databaseName, where the database is" })
	void whatWouldLeadThePoolsElsewhereIsRefusedAndExplained(String name, String says) {
		String property = "spring.datasource.hikari." + name;
		runner().withPropertyValues(property + "=s3cret.Value").run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new OverridingPropertyFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription())
				.contains("'juju.pgsql.relation-file' is set", "'" + property + "'", says)
				.doesNotContain("s3cret");
			assertThat(analysis.getAction()).contains("Remove " + property, "spring.datasource.url");
			assertThat(context.getStartupFailure()).hasStackTraceContaining(property);
		});
	}

	@Test
	void allThatIsRefusedIsNamedWithWhereItIsSet() {
		runner()
			.withPropertyValues("spring.datasource.hikari.jdbcUrl=jdbc:postgresql://elsewhere/notes",
					"spring.datasource.hikari.data-source-properties.user=somebody")
			.run((context) -> {
				FailureAnalysis analysis = new OverridingPropertyFailureAnalyzer().analyze(context.getStartupFailure());
				assertThat(analysis).isNotNull();
				assertThat(analysis.getDescription()).contains(
						"'spring.datasource.hikari.jdbc-url' (from \"spring.datasource.hikari.jdbcUrl\" from property"
								+ " source \"test\")",
						"'spring.datasource.hikari.data-source-properties.user' (from");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "driver-class-name=org.postgresql.Driver",
			"data-source-class-name=org.postgresql.ds.PGSimpleDataSource", "password=", "jdbc-url=",
			"data-source-properties.connectTimeout=3", "data-source-properties.targetServerType=primary" })
	void whatSaysNothingElseIsLetIn(String property) {
		runner().withPropertyValues("spring.datasource.hikari." + property)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ServerPools.class));
	}

	@Test
	void whatIsForRunningWithoutARelationMayStayAndIsToldOnce(CapturedOutput output) {
		runner()
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/notes",
					"spring.datasource.username=me", "spring.datasource.password=s3cret")
			.run((context) -> {
				assertThat(context).hasSingleBean(ServerPools.class);
				assertThat(output)
					.containsOnlyOnce("juju.pgsql.relation-file is set, so spring.datasource.url,"
							+ " spring.datasource.username, spring.datasource.password are not looked at")
					.doesNotContain("s3cret");
			});
	}

	@Test
	void whereThereIsNothingToTellNothingIsTold(CapturedOutput output) {
		runner().run((context) -> assertThat(output).doesNotContain("not looked at"));
	}

	@Test
	void withoutARelationTheSamePropertiesApplyAsEver() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class))
			.withPropertyValues("spring.datasource.hikari.jdbc-url=jdbc:postgresql://localhost/notes",
					"spring.datasource.url=jdbc:postgresql://localhost/other")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerPools.class));
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"));
	}

}
