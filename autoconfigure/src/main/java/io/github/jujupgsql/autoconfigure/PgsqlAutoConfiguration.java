package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.time.Clock;

import javax.sql.DataSource;
import javax.sql.XADataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.datasource.ReadYourWritesFilter;
import io.github.jujupgsql.event.ApplicationEventListeners;
import io.github.jujupgsql.event.PrimaryChanged;
import io.github.jujupgsql.event.RelationEventPublisher;
import io.github.jujupgsql.event.RelationEventTiming;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PrimaryChange;
import io.github.jujupgsql.pool.PrimarySettings;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.micrometer.core.instrument.MeterRegistry;
import org.postgresql.Driver;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnCheckpointRestore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for a primary and a replica
 * {@link DataSource} that follow a Juju pgsql relation.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = DataSourceAutoConfiguration.class,
		after = { JndiDataSourceAutoConfiguration.class, XADataSourceAutoConfiguration.class })
@ConditionalOnClass({ DataSource.class, HikariDataSource.class, Driver.class, JdbcConnectionDetails.class })
@ConditionalOnMissingBean({ DataSource.class, XADataSource.class, JdbcConnectionDetails.class })
@Conditional(OnRelationFileCondition.class)
@EnableConfigurationProperties(PgsqlProperties.class)
@ImportRuntimeHints(PgsqlRuntimeHints.class)
@Import({ RoleDataSourceConfiguration.Replicas.class, RoleDataSourceConfiguration.Routing.class,
		RoleDataSourceConfiguration.Lazy.class, RoleDataSourceConfiguration.Plain.class,
		RoleDataSourceConfiguration.PoolMetadata.class, ReplicaJdbcConfiguration.class,
		MigrationUserConfiguration.Flyway.class, MigrationUserConfiguration.Liquibase.class,
		ExceptionTranslationConfiguration.class })
public final class PgsqlAutoConfiguration {

	@Bean
	DriverTls pgsqlDriverTls(PgsqlProperties properties, ObjectProvider<SslBundles> bundles) {
		return DriverTls.of(properties.getSslMode(), properties.getSslBundle(), bundles.getIfAvailable());
	}

	@Bean
	PoolTemplate pgsqlPoolTemplate(Environment environment, DriverTls tls,
			ObjectProvider<HikariConfigCustomizer> customizers) {
		LibraryChecks.run();
		OverridingProperties.check(environment);
		HikariConfig config = Binder.get(environment)
			.bindOrCreate(PoolTemplate.PREFIX, Bindable.of(HikariConfig.class));
		DriverPropertyChecks.run(config.getDataSourceProperties());
		tls.applyTo(config.getDataSourceProperties());
		customizers.orderedStream().forEach((customizer) -> customizer.customize(config));
		PoolTemplate template = new PoolTemplate(config);
		template.check();
		return template;
	}

	@Bean
	ServerPools pgsqlServerPools(PgsqlProperties properties, PoolTemplate template, Environment environment) {
		PgsqlProperties.Primary primary = properties.getPrimary();
		PgsqlProperties.Replica replica = properties.getReplica();
		PoolSettings settings = new PoolSettings(template.size(primary), template.size(replica),
				properties.getDrainTimeout(), replica.getSickAfter(), replica.isFallbackToPrimary(),
				replica.getMaximumLag(), new PrimarySettings(primary.getSickAfter(), template.getConnectionTimeout(),
						properties.isFollowPromotions(), primary.isWatchConnection()));
		return new ServerPools(
				new ServerPoolFactory(template::copy, environment.getProperty("spring.application.name", "")),
				settings);
	}

	@Bean(initMethod = "start")
	RelationFileWatcher pgsqlRelationFileWatcher(PgsqlProperties properties, ServerPools pools,
			RelationEventPublisher events) {
		Path file = properties.getRelationFile();
		if (file == null) {
			throw AheadOfTimeException.notSetNow();
		}
		RelationReader reader = new RelationReader(
				new WantedDatabase(properties.getDatabase(), properties.getExtensions(), properties.getRoles()),
				properties.getEndpoint());
		RelationFileWatcher watcher = new RelationFileWatcher(file, reader, properties.getPollInterval(),
				properties.getMissingFileGrace(), Clock.systemUTC(),
				(relation) -> pools.accept(relation, () -> events.changed(relation)));
		pools.onStaleTopology(watcher::wake);
		pools.onPrimaryChange((change) -> events.primaryChanged(event(change)));
		return watcher;
	}

	private static PrimaryChanged event(PrimaryChange change) {
		return new PrimaryChanged(change.previous(), change.primary(), PrimaryChanged.Cause.valueOf(change.cause()),
				change.waiting(), change.cutOff(), change.took());
	}

	@Bean
	PgsqlTopology pgsqlTopology(RelationFileWatcher watcher, ServerPools pools) {
		return new PgsqlTopology(watcher, pools);
	}

	@Bean
	RelationLifecycle pgsqlRelationLifecycle(RelationFileWatcher watcher, ServerPools pools,
			ConfigurableApplicationContext context) {
		return new RelationLifecycle(watcher, pools, context);
	}

	@Bean
	RelationEventPublisher pgsqlRelationEventPublisher(ApplicationContext context) {
		return new RelationEventPublisher(new ApplicationEventListeners(context));
	}

	@Bean
	RelationEventTiming pgsqlRelationEventTiming(RelationEventPublisher events, ApplicationContext context) {
		return new RelationEventTiming(events, context);
	}

	@Bean
	PrimaryWaiters pgsqlPrimaryWaiters(PgsqlProperties properties) {
		PgsqlProperties.Primary primary = properties.getPrimary();
		return new PrimaryWaiters(primary.getMaximumWaiting(), primary.getMissingTimeout());
	}

	/**
	 * Depends on the watcher, so that it has read the file before any DataSource is there
	 * to borrow from, and is closed, as the pools are, after all of them.
	 */
	@Bean
	@DependsOn("pgsqlRelationFileWatcher")
	RoleDataSourceFactory pgsqlRoleDataSourceFactory(ServerPools pools, PoolTemplate template,
			PgsqlProperties properties, PrimaryWaiters waiters) {
		return new RoleDataSourceFactory(pools.getRoles(), template, properties.getReplica(), waiters);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(OncePerRequestFilter.class)
	@ConditionalOnProperty(name = "juju.pgsql.replica.read-your-writes", havingValue = "request")
	static class ReadYourWritesConfiguration {

		@Bean
		ReadYourWritesFilter pgsqlReadYourWritesFilter() {
			return new ReadYourWritesFilter();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnCheckpointRestore
	static class CheckpointRestoreConfiguration {

		/**
		 * In place of Spring Boot's own, which stops and starts the first pool for ever,
		 * and fails to start it once it is closed. This one has none;
		 * {@link RelationLifecycle} sees to all.
		 */
		@Bean
		@ConditionalOnMissingBean
		HikariCheckpointRestoreLifecycle hikariCheckpointRestoreLifecycle(ConfigurableApplicationContext context) {
			return new HikariCheckpointRestoreLifecycle(new DelegatingDataSource(), context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class PoolMetricsConfiguration {

		/**
		 * Spring Boot binds the meters of the pools that it finds at start-up; those that
		 * come later bring their own.
		 */
		@Bean
		HikariConfigCustomizer pgsqlPoolMetrics(ObjectProvider<MeterRegistry> registries) {
			MeterRegistry registry = registries.getIfUnique();
			return (config) -> {
				if (registry != null) {
					config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
				}
			};
		}

	}

}
