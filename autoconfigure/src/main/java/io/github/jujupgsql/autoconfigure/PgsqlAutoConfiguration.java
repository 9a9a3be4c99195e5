package io.github.jujupgsql.autoconfigure;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

import javax.sql.DataSource;
import javax.sql.XADataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.jujupgsql.actuate.RoleDataSourcePoolMetadata;
import io.github.jujupgsql.datasource.LazyDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.autoconfigure.PgsqlProperties.ReadYourWrites;
import io.github.jujupgsql.datasource.ReadYourWritesFilter;
import io.github.jujupgsql.datasource.Replica;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.datasource.RoutingDataSource;
import io.github.jujupgsql.event.ApplicationEventListeners;
import io.github.jujupgsql.event.RelationEventPublisher;
import io.github.jujupgsql.event.RelationEventTiming;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PoolSize;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnCheckpointRestore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.util.Assert;
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
public final class PgsqlAutoConfiguration {

	@Bean
	ServerPools pgsqlServerPools(PgsqlProperties properties, Environment environment,
			ObjectProvider<HikariConfigCustomizer> customizers) {
		LibraryChecks.run();
		HikariConfig defaults = hikariConfig(environment);
		PgsqlProperties.Primary primary = properties.getPrimary();
		PgsqlProperties.Replica replica = properties.getReplica();
		PoolSettings settings = new PoolSettings(
				PoolSize.of(primary.getMaximumPoolSize(), primary.getMinimumIdle(), defaults),
				PoolSize.of(replica.getMaximumPoolSize(), replica.getMinimumIdle(), defaults),
				properties.getDrainTimeout(), replica.getSickAfter(), replica.isFallbackToPrimary(),
				replica.getMaximumLag());
		// bound once, for pools are made while borrowers wait, and copied each time, for
		// a
		// pool's name stays in it
		HikariConfig template = hikariConfig(environment);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(template));
		new PoolTemplate(template).check();
		Supplier<HikariConfig> configuration = () -> {
			HikariConfig config = new HikariConfig();
			template.copyStateTo(config);
			return config;
		};
		return new ServerPools(
				new ServerPoolFactory(configuration, environment.getProperty("spring.application.name", "")), settings);
	}

	@Bean(initMethod = "start")
	RelationFileWatcher pgsqlRelationFileWatcher(PgsqlProperties properties, ServerPools pools,
			RelationEventPublisher events) {
		Path file = properties.getRelationFile();
		Assert.state(file != null, "No relation file");
		RelationReader reader = new RelationReader(
				new WantedDatabase(properties.getDatabase(), properties.getExtensions(), properties.getRoles()),
				properties.getEndpoint());
		RelationFileWatcher watcher = new RelationFileWatcher(file, reader, properties.getPollInterval(),
				properties.getMissingFileGrace(), Clock.systemUTC(),
				(relation) -> pools.accept(relation, () -> events.changed(relation)));
		pools.whenInDoubt(watcher::wake);
		return watcher;
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

	// Both take the watcher so that it has read the file before anyone borrows, and is
	// closed, as the pools are, after everyone who borrows.

	@Bean
	@Primary
	@ConditionalOnMissingBean(name = "dataSource")
	PrimaryDataSource dataSource(ServerPools pools, RelationFileWatcher watcher, PgsqlProperties properties,
			Environment environment) {
		return primary(pools, properties, environment);
	}

	@Bean(defaultCandidate = false)
	@Replica
	ReplicaDataSource replicaDataSource(ServerPools pools, RelationFileWatcher watcher, PgsqlProperties properties,
			Environment environment) {
		PgsqlProperties.Replica replica = properties.getReplica();
		return new ReplicaDataSource(pools.getRoles(), connectionTimeout(environment), replica.getLoadBalancing(),
				replica.isFallbackToPrimary(),
				(replica.getReadYourWrites() == ReadYourWrites.REQUEST) ? replica.getReadYourWritesTimeout() : null);
	}

	/**
	 * Registered before Spring Boot's own, which would measure the first pool for ever.
	 */
	@Bean
	DataSourcePoolMetadataProvider pgsqlPoolMetadataProvider() {
		return (dataSource) -> {
			PrimaryDataSource primary = unwrap(dataSource, PrimaryDataSource.class);
			if (primary != null) {
				return new RoleDataSourcePoolMetadata(primary);
			}
			ReplicaDataSource replicas = unwrap(dataSource, ReplicaDataSource.class);
			return (replicas != null) ? new RoleDataSourcePoolMetadata(replicas) : null;
		};
	}

	/**
	 * Look behind whatever a library has put in front of a bean to log, measure or trace
	 * what goes through it. {@link DataSourceUnwrapper} sees through Spring's classes
	 * alone if it is not an interface that is looked for.
	 */
	private static <T extends DataSource> @Nullable T unwrap(DataSource dataSource, Class<T> type) {
		try {
			return dataSource.isWrapperFor(type) ? dataSource.unwrap(type) : null;
		}
		catch (SQLException | RuntimeException ex) {
			return null;
		}
	}

	private static PrimaryDataSource primary(ServerPools pools, PgsqlProperties properties, Environment environment) {
		return new PrimaryDataSource(pools.getRoles(), connectionTimeout(environment),
				properties.getReplica().getReadYourWrites() == ReadYourWrites.REQUEST);
	}

	private static Duration connectionTimeout(Environment environment) {
		return Duration.ofMillis(hikariConfig(environment).getConnectionTimeout());
	}

	private static HikariConfig hikariConfig(Environment environment) {
		return Binder.get(environment).bindOrCreate("spring.datasource.hikari", Bindable.of(HikariConfig.class));
	}

	/**
	 * Has a last word on the configuration of the pools.
	 */
	interface HikariConfigCustomizer {

		void customize(HikariConfig config);

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

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("juju.pgsql.route-read-only-transactions")
	static class RoutingConfiguration {

		@Bean
		@Primary
		RoutingDataSource dataSource(ServerPools pools, RelationFileWatcher watcher, PgsqlProperties properties,
				@Replica DataSource replicas, Environment environment) {
			HikariConfig config = hikariConfig(environment);
			// what stands in front of the replicas stands in front of this one, too, and
			// would see each statement twice
			ReplicaDataSource unwrapped = unwrap(replicas, ReplicaDataSource.class);
			return new RoutingDataSource(primary(pools, properties, environment),
					(unwrapped != null) ? unwrapped : replicas, config.isAutoCommit(),
					new PoolTemplate(config).getTransactionIsolation());
		}

	}

	/**
	 * Spring Boot makes only DataSources of its own lazy.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "spring.datasource.connection-fetch", havingValue = "lazy")
	@ConditionalOnBooleanProperty(name = "juju.pgsql.route-read-only-transactions", havingValue = false,
			matchIfMissing = true)
	static class LazyConfiguration {

		@Bean
		@Primary
		LazyDataSource dataSource(ServerPools pools, RelationFileWatcher watcher, PgsqlProperties properties,
				Environment environment) {
			HikariConfig config = hikariConfig(environment);
			return new LazyDataSource(primary(pools, properties, environment), config.isAutoCommit(),
					new PoolTemplate(config).getTransactionIsolation());
		}

	}

}
