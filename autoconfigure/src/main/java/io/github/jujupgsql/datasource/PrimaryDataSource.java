package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;

/**
 * Lends connections of the server that the relation calls master, once that server has
 * said that it is not in recovery. While there is none, borrowers wait for one as they
 * would for a free connection.
 *
 * @since 0.1.0
 */
public final class PrimaryDataSource extends AbstractPrimaryDataSource {

	private final boolean readYourWrites;

	/**
	 * Create the DataSource.
	 * @param roles who is the primary
	 * @param connectionTimeout how long a borrower waits for there to be one
	 * @param readYourWrites whether to keep track of what is written in a
	 * {@link ReadYourWrites scope}
	 */
	public PrimaryDataSource(Roles roles, Duration connectionTimeout, boolean readYourWrites) {
		super(roles, connectionTimeout);
		this.readYourWrites = readYourWrites;
	}

	@Override
	Connection prepare(Connection connection, ServerPool pool, RoleTable table) {
		CommittedLsn committed = this.readYourWrites ? ReadYourWrites.current() : null;
		return (committed != null) ? LsnTrackingConnection.begin(connection, pool, committed) : connection;
	}

}
