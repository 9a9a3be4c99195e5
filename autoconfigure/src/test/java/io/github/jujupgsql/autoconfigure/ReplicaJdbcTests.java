package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;

import io.github.jujupgsql.datasource.Replica;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what reads from the replicas through Spring's JDBC.
 */
class ReplicaJdbcTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void whatIsAskedForByTheQualifierReadsFromTheReplicas() {
		runner().withUserConfiguration(Reports.class).run((context) -> {
			Reports reports = context.getBean(Reports.class);
			assertThat(reports.template.getDataSource()).isInstanceOf(ReplicaDataSource.class);
			assertThat(reports.named.getJdbcTemplate()).isSameAs(reports.template);
			assertThat(reports.client).isNotNull();
		});
	}

	@Test
	void springBootsOwnAreThereAllTheSameAndForThePrimary() {
		runner().withUserConfiguration(Writes.class, Reports.class).run((context) -> {
			Writes writes = context.getBean(Writes.class);
			Reports reports = context.getBean(Reports.class);
			assertThat(writes.template.getDataSource()).isSameAs(context.getBean("dataSource"));
			assertThat(writes.named.getJdbcTemplate()).isSameAs(writes.template);
			assertThat(writes.client).isNotSameAs(reports.client);
			assertThat(context.getBean("jdbcClient")).isSameAs(writes.client);
			assertThat(context.getBean(JdbcClient.class)).isSameAs(writes.client);
			assertThat(context.getBean(JdbcOperations.class)).isSameAs(writes.template);
		});
	}

	@Test
	void theSettingsOfSpringBootApply() {
		SQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();
		runner().withBean(SQLExceptionTranslator.class, () -> translator)
			.withPropertyValues("spring.jdbc.template.fetch-size=11", "spring.jdbc.template.max-rows=12",
					"spring.jdbc.template.query-timeout=13s", "spring.jdbc.template.ignore-warnings=false",
					"spring.jdbc.template.skip-results-processing=true",
					"spring.jdbc.template.skip-undeclared-results=true",
					"spring.jdbc.template.results-map-case-insensitive=true")
			.withUserConfiguration(Writes.class, Reports.class)
			.run((context) -> {
				assertThat(context.getBean(Reports.class).template).usingRecursiveComparison()
					.ignoringFields("dataSource")
					.isEqualTo(context.getBean(Writes.class).template);
				JdbcTemplate template = context.getBean(Reports.class).template;
				assertThat(template.getFetchSize()).isEqualTo(11);
				assertThat(template.getQueryTimeout()).isEqualTo(13);
				assertThat(template.getExceptionTranslator()).extracting("others").isSameAs(translator);
			});
	}

	@Test
	void oneOfTheApplicationsOwnIsTakenInstead() {
		runner().withUserConfiguration(Reports.class, OwnTemplate.class).run((context) -> {
			Reports reports = context.getBean(Reports.class);
			assertThat(reports.template).isSameAs(context.getBean("ownTemplate"));
			assertThat(reports.named.getJdbcTemplate()).isSameAs(reports.template);
		});
	}

	@Test
	void oneOfTheApplicationsOwnWithoutTheQualifierStaysTheOneThatEverybodyGets() {
		runner().withUserConfiguration(Reports.class, OwnClient.class).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean("jdbcClient");
			assertThat(context.getBean(JdbcClient.class)).isSameAs(context.getBean("reportsClient"));
			assertThat(context.getBean(Reports.class).client).isNotSameAs(context.getBean("reportsClient"));
		});
	}

	@Test
	void withoutARelationThereAreNone() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/notes")
			.run((context) -> assertThat(context).hasSingleBean(JdbcTemplate.class)
				.hasSingleBean(NamedParameterJdbcTemplate.class)
				.hasSingleBean(JdbcClient.class));
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("relation.json"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Reports {

		@Autowired
		@Replica
		@SuppressWarnings("NullAway.Init")
		JdbcTemplate template;

		@Autowired
		@Replica
		@SuppressWarnings("NullAway.Init")
		NamedParameterJdbcTemplate named;

		@Autowired
		@Replica
		@SuppressWarnings("NullAway.Init")
		JdbcClient client;

	}

	@Configuration(proxyBeanMethods = false)
	static class Writes {

		@Autowired
		@SuppressWarnings("NullAway.Init")
		JdbcTemplate template;

		@Autowired
		@SuppressWarnings("NullAway.Init")
		NamedParameterJdbcTemplate named;

		@Autowired
		@SuppressWarnings("NullAway.Init")
		JdbcClient client;

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTemplate {

		@Bean(defaultCandidate = false)
		@Replica
		JdbcTemplate ownTemplate(@Replica ReplicaDataSource replicas) {
			return new JdbcTemplate(replicas);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClient {

		@Bean
		JdbcClient reportsClient(@Replica ReplicaDataSource replicas) {
			return JdbcClient.create(replicas);
		}

	}

}
