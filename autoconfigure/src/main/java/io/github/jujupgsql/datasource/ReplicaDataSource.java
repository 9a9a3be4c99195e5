package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.pool.CurrentRoles;
import org.jspecify.annotations.Nullable;

/**
 * Lends read-only connections of the standbys; of the primary while there is no standby
 * that is fit, unless told not to. A replica that has nothing to lend is passed over for
 * the next one.
 *
 * @since 0.1.0
 */
public final class ReplicaDataSource extends RoleDataSource {

	private final @Nullable CausalReads causalReads;

	/**
	 * Create the DataSource.
	 * @param roles who the replicas are
	 * @param connectionTimeout how long a borrower waits for there to be a server
	 * @param loadBalancing how reads are spread over the replicas
	 * @param fallbackToPrimary whether to read from the primary while there is no replica
	 * @param readYourWrites how long to wait, in a {@link ReadYourWrites scope} that has
	 * written, for a replica to know it, or {@code null} if reads need not know
	 */
	public ReplicaDataSource(CurrentRoles roles, Duration connectionTimeout, LoadBalancing loadBalancing,
			boolean fallbackToPrimary, @Nullable Duration readYourWrites) {
		this(roles, connectionTimeout, loadBalancing, fallbackToPrimary, readYourWrites,
				new PrimaryWaiters(null, null));
	}

	/**
	 * Create the DataSource.
	 * @param roles who the replicas are
	 * @param connectionTimeout how long a borrower waits for there to be a server
	 * @param loadBalancing how reads are spread over the replicas
	 * @param fallbackToPrimary whether to read from the primary while there is no replica
	 * @param readYourWrites how long to wait, in a {@link ReadYourWrites scope} that has
	 * written, for a replica to know it, or {@code null} if reads need not know
	 * @param waiters how many borrowers may wait for a primary that is missing, and for
	 * how long
	 */
	public ReplicaDataSource(CurrentRoles roles, Duration connectionTimeout, LoadBalancing loadBalancing,
			boolean fallbackToPrimary, @Nullable Duration readYourWrites, PrimaryWaiters waiters) {
		super(new RoleView(roles, new ReplicaRole(loadBalancing, fallbackToPrimary), connectionTimeout, waiters));
		Borrower primary = new Borrower(new RoleView(roles, PrimaryRole.readOnly(), connectionTimeout, waiters));
		this.causalReads = (readYourWrites != null)
				? new CausalReads(borrower(), fallbackToPrimary, primary, readYourWrites) : null;
	}

	@Override
	public Connection getConnection() throws SQLException {
		CommittedLsn committed = (this.causalReads != null) ? ReadYourWrites.current() : null;
		if (this.causalReads == null || committed == null || committed.isEmpty()) {
			return super.getConnection();
		}
		return this.causalReads.getConnection(committed);
	}

}
