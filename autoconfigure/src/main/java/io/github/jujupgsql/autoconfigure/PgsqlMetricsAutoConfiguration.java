package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.actuate.PgsqlMetrics;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.event.PgsqlRelationEvent;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link PgsqlMetrics}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgsqlAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ PgsqlTopology.class, MeterRegistry.class })
public final class PgsqlMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PgsqlMetrics pgsqlMetrics(PgsqlTopology topology, PgsqlProperties properties, PrimaryWaiters waiters) {
		PgsqlProperties.Replica replica = properties.getReplica();
		return new PgsqlMetrics(topology, replica.isFallbackToPrimary(), replica.getMaximumLag() != null, waiters);
	}

	@Bean
	StandbysListener pgsqlMetricsStandbysListener(PgsqlMetrics metrics) {
		return new StandbysListener(metrics);
	}

	/**
	 * Has metrics follow the standbys that come and go, on the thread that tells of them.
	 */
	static class StandbysListener {

		private final PgsqlMetrics metrics;

		StandbysListener(PgsqlMetrics metrics) {
			this.metrics = metrics;
		}

		@EventListener
		void relationChanged(PgsqlRelationEvent event) {
			this.metrics.follow(event.relation());
		}

	}

}
