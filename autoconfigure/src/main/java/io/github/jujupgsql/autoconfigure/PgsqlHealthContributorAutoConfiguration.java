package io.github.jujupgsql.autoconfigure;

import java.time.Clock;

import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.topology.PgsqlTopology;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link PgsqlHealthIndicator}.
 * Takes the place of Spring Boot's {@code db} health, which would report the application
 * down for a dead replica.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgsqlAutoConfiguration.class,
		beforeName = "org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration")
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("db")
@ConditionalOnBean(PgsqlTopology.class)
public final class PgsqlHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "dbHealthIndicator", "dbHealthContributor" })
	PgsqlHealthIndicator dbHealthContributor(PgsqlTopology topology, PgsqlProperties properties) {
		return new PgsqlHealthIndicator(topology, properties.getHealth().getMissingPrimaryGrace(), Clock.systemUTC());
	}

}
