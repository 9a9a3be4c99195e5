package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.autoconfigure.PgsqlProperties.ReadYourWritesScope;
import io.github.jujupgsql.datasource.OwnUserDataSource;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.pool.CurrentRoles;
import org.jspecify.annotations.Nullable;

/**
 * Makes the DataSources that read the table of roles, whatever then stands in front of
 * them.
 */
final class RoleDataSourceFactory {

	private final CurrentRoles roles;

	private final PoolTemplate template;

	private final PgsqlProperties.Replica replica;

	private final PrimaryWaiters waiters;

	/**
	 * Create a factory.
	 * @param roles which server has which role
	 * @param template what the pools are made of
	 * @param replica how reads are distributed
	 * @param waiters counts the threads that wait for the primary
	 */
	RoleDataSourceFactory(CurrentRoles roles, PoolTemplate template, PgsqlProperties.Replica replica,
			PrimaryWaiters waiters) {
		this.roles = roles;
		this.template = template;
		this.replica = replica;
		this.waiters = waiters;
	}

	PrimaryDataSource createPrimary() {
		return new PrimaryDataSource(this.roles, this.template.getConnectionTimeout(), isReadYourWrites(),
				this.waiters);
	}

	OwnUserDataSource createPrimary(String user, @Nullable String password) {
		return new OwnUserDataSource(this.roles, this.template.getConnectionTimeout(), user, password);
	}

	ReplicaDataSource createReplicas() {
		return new ReplicaDataSource(this.roles, this.template.getConnectionTimeout(), this.replica.getLoadBalancing(),
				this.replica.isFallbackToPrimary(), isReadYourWrites() ? this.replica.getReadYourWritesTimeout() : null,
				this.waiters);
	}

	private boolean isReadYourWrites() {
		return this.replica.getReadYourWrites() == ReadYourWritesScope.REQUEST;
	}

}
