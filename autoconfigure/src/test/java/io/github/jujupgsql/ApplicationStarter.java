package io.github.jujupgsql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlEndpointAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlHealthContributorAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlMetricsAutoConfiguration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.Configurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Starts an application that follows a relation, with small pools unless told otherwise.
 */
public final class ApplicationStarter {

	private final List<Class<?>> configurations = new ArrayList<>(
			List.of(PgsqlAutoConfiguration.class, PgsqlEndpointAutoConfiguration.class,
					PgsqlHealthContributorAutoConfiguration.class, PgsqlMetricsAutoConfiguration.class,
					DataSourceAutoConfiguration.class, EndpointAutoConfiguration.class, MetricsAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, DataSourcePoolMetricsAutoConfiguration.class));

	private final List<Consumer<AnnotationConfigApplicationContext>> beans = new ArrayList<>();

	private TestPropertyValues properties = TestPropertyValues.of("management.endpoints.web.exposure.include=pgsql",
			"spring.application.name=" + FollowingApplication.NAME, "spring.datasource.hikari.maximum-pool-size=4",
			"juju.pgsql.health.missing-primary-grace=0s");

	ApplicationStarter() {
	}

	public ApplicationStarter properties(String... pairs) {
		this.properties = this.properties.and(pairs);
		return this;
	}

	ApplicationStarter autoConfigurations(Class<?>... classes) {
		this.configurations.addAll(List.of(classes));
		return this;
	}

	ApplicationStarter beans(Consumer<AnnotationConfigApplicationContext> registration) {
		this.beans.add(registration);
		return this;
	}

	/**
	 * Start it, and tell it that it is ready.
	 * @return the application, to be closed
	 */
	public FollowingApplication start() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		this.properties.applyTo(context);
		context.register(RelationEventNames.class);
		this.beans.forEach((registration) -> registration.accept(context));
		context
			.register(Configurations.getClasses(AutoConfigurations.of(this.configurations.toArray(Class<?>[]::new))));
		try {
			context.refresh();
			context.publishEvent(
					new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
			return new FollowingApplication(context);
		}
		catch (RuntimeException | Error ex) {
			context.close();
			throw ex;
		}
	}

}
