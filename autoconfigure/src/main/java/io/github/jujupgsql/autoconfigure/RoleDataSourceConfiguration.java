package io.github.jujupgsql.autoconfigure;

import java.sql.SQLException;

import javax.sql.DataSource;

import io.github.jujupgsql.actuate.RoleDataSourcePoolMetadata;
import io.github.jujupgsql.datasource.LazyDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.Replica;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.datasource.RoutingDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * Configurations of the DataSources, imported by {@link PgsqlAutoConfiguration}. Of
 * {@link Routing}, {@link Lazy} and {@link Plain} one alone applies, in any order.
 */
abstract class RoleDataSourceConfiguration {

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

	/**
	 * The replicas, which there are in any case.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Replicas {

		@Bean(defaultCandidate = false)
		@Replica
		ReplicaDataSource replicaDataSource(RoleDataSourceFactory factory) {
			return factory.createReplicas();
		}

	}

	/**
	 * A primary that sends read-only transactions to the replicas.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("juju.pgsql.route-read-only-transactions")
	static class Routing {

		@Bean
		@Primary
		RoutingDataSource dataSource(RoleDataSourceFactory factory, PoolTemplate template,
				@Replica DataSource replicas) {
			// what stands in front of the replicas stands in front of this one, too, and
			// would see each statement twice
			ReplicaDataSource unwrapped = unwrap(replicas, ReplicaDataSource.class);
			return new RoutingDataSource(factory.createPrimary(), (unwrapped != null) ? unwrapped : replicas,
					template.isAutoCommit(), template.getTransactionIsolation());
		}

	}

	/**
	 * A primary that borrows with the first statement. Spring Boot makes only DataSources
	 * of its own lazy.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "spring.datasource.connection-fetch", havingValue = "lazy")
	@ConditionalOnBooleanProperty(name = "juju.pgsql.route-read-only-transactions", havingValue = false,
			matchIfMissing = true)
	static class Lazy {

		@Bean
		@Primary
		LazyDataSource dataSource(RoleDataSourceFactory factory, PoolTemplate template) {
			return new LazyDataSource(factory.createPrimary(), template.isAutoCommit(),
					template.getTransactionIsolation());
		}

	}

	/**
	 * The primary and nothing in front of it. Steps back behind a bean of this name whose
	 * type shows only when it is made.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(NeitherRoutingNorLazy.class)
	@ConditionalOnMissingBean(name = "dataSource")
	static class Plain {

		@Bean
		@Primary
		PrimaryDataSource dataSource(RoleDataSourceFactory factory) {
			return factory.createPrimary();
		}

	}

	/**
	 * What Spring Boot's meters and health learn of the pools.
	 */
	@Configuration(proxyBeanMethods = false)
	static class PoolMetadata {

		/**
		 * Registered before Spring Boot's own, which would measure the first pool for
		 * ever.
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

	}

	/**
	 * Matches where neither {@link Routing} nor {@link Lazy} does.
	 */
	static class NeitherRoutingNorLazy extends NoneNestedConditions {

		NeitherRoutingNorLazy() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnBooleanProperty("juju.pgsql.route-read-only-transactions")
		static class OnRouting {

		}

		@ConditionalOnProperty(name = "spring.datasource.connection-fetch", havingValue = "lazy")
		static class OnLazy {

		}

	}

}
