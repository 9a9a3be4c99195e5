package io.github.jujupgsql.autoconfigure;

import java.time.Duration;

import javax.sql.DataSource;

import io.github.jujupgsql.datasource.Replica;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * What reads from the replicas through Spring's JDBC, set up as Spring Boot sets up what
 * it has for the primary. Not being default candidates, these beans do not keep Spring
 * Boot from making its own; being fallbacks, they give way to those of the application
 * that have the same qualifier.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(JdbcProperties.class)
class ReplicaJdbcConfiguration {

	@Bean(defaultCandidate = false)
	@Fallback
	@Replica
	JdbcTemplate pgsqlReplicaJdbcTemplate(@Replica DataSource replicas, JdbcProperties properties,
			ObjectProvider<SQLExceptionTranslator> exceptionTranslator) {
		JdbcTemplate replicaTemplate = new JdbcTemplate(replicas);
		JdbcProperties.Template template = properties.getTemplate();
		replicaTemplate.setIgnoreWarnings(template.isIgnoreWarnings());
		replicaTemplate.setFetchSize(template.getFetchSize());
		replicaTemplate.setMaxRows(template.getMaxRows());
		Duration queryTimeout = template.getQueryTimeout();
		if (queryTimeout != null) {
			replicaTemplate.setQueryTimeout((int) queryTimeout.toSeconds());
		}
		replicaTemplate.setSkipResultsProcessing(template.isSkipResultsProcessing());
		replicaTemplate.setSkipUndeclaredResults(template.isSkipUndeclaredResults());
		replicaTemplate.setResultsMapCaseInsensitive(template.isResultsMapCaseInsensitive());
		exceptionTranslator.ifUnique(replicaTemplate::setExceptionTranslator);
		return replicaTemplate;
	}

	@Bean(defaultCandidate = false)
	@Fallback
	@Replica
	NamedParameterJdbcTemplate pgsqlReplicaNamedParameterJdbcTemplate(@Replica JdbcOperations template) {
		return new NamedParameterJdbcTemplate(template);
	}

	@Bean(defaultCandidate = false)
	@Fallback
	@Replica
	JdbcClient pgsqlReplicaJdbcClient(@Replica NamedParameterJdbcOperations template) {
		return JdbcClient.create(template);
	}

}
