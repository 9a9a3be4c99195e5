package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.OwnUserDataSource;
import liquibase.integration.spring.SpringLiquibase;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/**
 * Configurations of DataSources for migrations that have a user of their own, imported by
 * {@link PgsqlAutoConfiguration}. Spring Boot would derive one from the URL of
 * {@code dataSource}, which has none. One of the application's own comes first, which no
 * condition would see: to leave {@code dataSource} alone, it is no default candidate.
 */
abstract class MigrationUserConfiguration {

	static final String FLYWAY = "spring.flyway";

	static final String LIQUIBASE = "spring.liquibase";

	private static OwnUserDataSource create(RoleDataSourceFactory factory, Environment environment, String prefix) {
		return factory.createPrimary(environment.getRequiredProperty(prefix + ".user"),
				environment.getProperty(prefix + ".password"));
	}

	/**
	 * Migrations by Flyway.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ org.flywaydb.core.Flyway.class, FlywayDataSource.class })
	@Conditional(OnMigrationUserCondition.Flyway.class)
	@ConditionalOnMissingBean(FlywayConnectionDetails.class)
	static class Flyway {

		@Bean(defaultCandidate = false)
		@Fallback
		@FlywayDataSource
		OwnUserDataSource pgsqlFlywayDataSource(RoleDataSourceFactory factory, Environment environment) {
			return create(factory, environment, FLYWAY);
		}

	}

	/**
	 * Migrations by Liquibase.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ SpringLiquibase.class, LiquibaseDataSource.class })
	@Conditional(OnMigrationUserCondition.Liquibase.class)
	@ConditionalOnMissingBean(LiquibaseConnectionDetails.class)
	static class Liquibase {

		@Bean(defaultCandidate = false)
		@Fallback
		@LiquibaseDataSource
		OwnUserDataSource pgsqlLiquibaseDataSource(RoleDataSourceFactory factory, Environment environment) {
			return create(factory, environment, LIQUIBASE);
		}

	}

}
