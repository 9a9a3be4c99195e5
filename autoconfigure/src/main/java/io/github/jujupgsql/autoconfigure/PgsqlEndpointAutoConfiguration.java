package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.topology.PgsqlTopology;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link PgsqlEndpoint}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgsqlAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(PgsqlEndpoint.class)
@ConditionalOnBean(PgsqlTopology.class)
public final class PgsqlEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PgsqlEndpoint pgsqlEndpoint(PgsqlTopology topology) {
		return new PgsqlEndpoint(topology);
	}

}
