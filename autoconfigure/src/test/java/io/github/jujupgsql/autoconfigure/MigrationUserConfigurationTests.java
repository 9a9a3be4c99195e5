package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import javax.sql.DataSource;

import io.github.jujupgsql.datasource.OwnUserDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseDataSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MigrationUserConfiguration} that need no server.
 */
class MigrationUserConfigurationTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@EnumSource
	void aUserOfItsOwnGetsADataSourceThatNothingElseIsGiven(Tool tool) {
		following().withPropertyValues(tool.property("user=migrator"), tool.property("password=zq8Marked7"))
			.run((context) -> {
				assertThat(context).hasNotFailed().getBean(DataSource.class).isInstanceOf(PrimaryDataSource.class);
				assertThat(context.getBean(tool.bean, OwnUserDataSource.class).toString()).contains("migrator")
					.doesNotContain("zq8Marked7");
				assertThat(context).getBeans(OwnUserDataSource.class).hasSize(1);
			});
	}

	@ParameterizedTest
	@EnumSource
	void withoutAUserThereIsNone(Tool tool) {
		following().withPropertyValues(tool.property("password=secret")).run((context) -> {
			assertThat(context).doesNotHaveBean(OwnUserDataSource.class);
			assertThat(why(context, tool)).contains("did not find property spring." + tool.prefix + ".user");
		});
	}

	@ParameterizedTest
	@EnumSource
	void whoHasAUrlMigratesThere(Tool tool) {
		following().withPropertyValues(tool.property("user=migrator"), tool.property("url=jdbc:postgresql://own/notes"))
			.run((context) -> {
				assertThat(context).doesNotHaveBean(OwnUserDataSource.class);
				assertThat(why(context, tool)).contains("found property spring." + tool.prefix + ".url");
			});
	}

	@ParameterizedTest
	@EnumSource
	void aDataSourceOfTheApplicationsOwnWins(Tool tool) {
		following().withUserConfiguration(OwnDataSources.class, Migrations.class)
			.withPropertyValues(tool.property("user=migrator"))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(PrimaryDataSource.class);
				assertThat(context.getBean(Migrations.class).of(tool)).isInstanceOf(DriverManagerDataSource.class);
			});
	}

	@ParameterizedTest
	@EnumSource
	void connectionDetailsOfTheApplicationsOwnWin(Tool tool) {
		following().withUserConfiguration(OwnDetails.class)
			.withPropertyValues(tool.property("user=migrator"))
			.run((context) -> assertThat(context).hasSingleBean(PrimaryDataSource.class)
				.doesNotHaveBean(OwnUserDataSource.class));
	}

	@ParameterizedTest
	@EnumSource
	void withoutTheToolThereIsNone(Tool tool) {
		following().withClassLoader(new FilteredClassLoader(tool.packages))
			.withPropertyValues(tool.property("user=migrator"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PrimaryDataSource.class)
				.doesNotHaveBean(OwnUserDataSource.class));
	}

	@Test
	void withoutARelationThereIsNone() {
		runner()
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/notes",
					Tool.FLYWAY.property("user=migrator"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OwnUserDataSource.class));
	}

	private ApplicationContextRunner following() {
		return runner().withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("later.json"));
	}

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class));
	}

	private static String why(AssertableApplicationContext context, Tool tool) {
		return StreamSupport
			.stream(ConditionEvaluationReport.get(context.getBeanFactory())
				.getConditionAndOutcomesBySource()
				.get(tool.configuration.getName())
				.spliterator(), false)
			.map((outcome) -> outcome.getOutcome().getMessage())
			.collect(Collectors.joining("; "));
	}

	enum Tool {

		FLYWAY("flyway", "pgsqlFlywayDataSource", MigrationUserConfiguration.Flyway.class, "org.flywaydb",
				"org.springframework.boot.flyway"),

		LIQUIBASE("liquibase", "pgsqlLiquibaseDataSource", MigrationUserConfiguration.Liquibase.class, "liquibase",
				"org.springframework.boot.liquibase");

		private final String prefix;

		private final String bean;

		private final Class<?> configuration;

		private final String[] packages;

		Tool(String prefix, String bean, Class<?> configuration, String... packages) {
			this.prefix = prefix;
			this.bean = bean;
			this.configuration = configuration;
			this.packages = packages;
		}

		private String property(String pair) {
			return "spring." + this.prefix + "." + pair;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDataSources {

		@Bean(defaultCandidate = false)
		@FlywayDataSource
		DataSource flywayMigrations() {
			return new DriverManagerDataSource();
		}

		@Bean(defaultCandidate = false)
		@LiquibaseDataSource
		DataSource liquibaseMigrations() {
			return new DriverManagerDataSource();
		}

	}

	/**
	 * What the tools are given, as Spring Boot asks for it.
	 */
	static class Migrations {

		private final ObjectProvider<DataSource> flyway;

		private final ObjectProvider<DataSource> liquibase;

		Migrations(@FlywayDataSource ObjectProvider<DataSource> flyway,
				@LiquibaseDataSource ObjectProvider<DataSource> liquibase) {
			this.flyway = flyway;
			this.liquibase = liquibase;
		}

		@Nullable DataSource of(Tool tool) {
			return ((tool == Tool.FLYWAY) ? this.flyway : this.liquibase).getIfAvailable();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDetails {

		@Bean
		FlywayConnectionDetails flywayDetails() {
			return new Details();
		}

		@Bean
		LiquibaseConnectionDetails liquibaseDetails() {
			return new Details();
		}

	}

	static class Details implements FlywayConnectionDetails, LiquibaseConnectionDetails {

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

		@Override
		public @Nullable String getDriverClassName() {
			return null;
		}

	}

}
