package io.github.jujupgsql.datasource;

import java.time.Duration;

import io.github.jujupgsql.pool.CurrentRoles;

/**
 * Lends connections of the server that the relation calls master, once that server has
 * said that it is not in recovery. While there is none, borrowers wait for one as they
 * would for a free connection.
 *
 * @since 0.1.0
 */
public final class PrimaryDataSource extends RoleDataSource {

	/**
	 * Create the DataSource.
	 * @param roles who is the primary
	 * @param connectionTimeout how long a borrower waits for there to be one
	 * @param readYourWrites whether to keep track of what is written in a
	 * {@link ReadYourWrites scope}
	 */
	public PrimaryDataSource(CurrentRoles roles, Duration connectionTimeout, boolean readYourWrites) {
		this(roles, connectionTimeout, readYourWrites, new PrimaryWaiters(null, null));
	}

	/**
	 * Create the DataSource.
	 * @param roles who is the primary
	 * @param connectionTimeout how long a borrower waits for there to be one
	 * @param readYourWrites whether to keep track of what is written in a
	 * {@link ReadYourWrites scope}
	 * @param waiters how many borrowers may wait for a primary that is missing, and for
	 * how long
	 */
	public PrimaryDataSource(CurrentRoles roles, Duration connectionTimeout, boolean readYourWrites,
			PrimaryWaiters waiters) {
		super(new RoleView(roles, readYourWrites ? PrimaryRole.readWriteInScopes() : PrimaryRole.readWrite(),
				connectionTimeout, waiters));
	}

}
