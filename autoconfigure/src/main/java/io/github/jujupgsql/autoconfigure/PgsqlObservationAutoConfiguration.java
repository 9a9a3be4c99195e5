package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.actuate.SwitchObservations;
import io.github.jujupgsql.pool.PrimaryChange;
import io.github.jujupgsql.pool.ServerPools;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link SwitchObservations}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PgsqlAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ ServerPools.class, ObservationRegistry.class })
public final class PgsqlObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SwitchObservations pgsqlSwitchObservations(ObjectProvider<ObservationRegistry> registry) {
		return new SwitchObservations(registry::getIfUnique);
	}

	/**
	 * Only once all beans are there: a handler of observations may well need a DataSource
	 * itself.
	 */
	@Bean
	SmartInitializingSingleton pgsqlSwitchObservationsStart(ServerPools pools, SwitchObservations observations) {
		return () -> {
			pools.onPrimaryChange((change) -> tell(change, observations));
			pools.onPrimaryMissing((missing) -> {
				if (missing) {
					observations.missing();
				}
				else {
					observations.found();
				}
			});
		};
	}

	private static void tell(PrimaryChange change, SwitchObservations observations) {
		observations.changed(change.previous(), change.primary(), change.cause(), change.waiting(), change.cutOff());
	}

}
