package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Lends read-only connections of the standbys; of the primary while there is no standby
 * that is fit, unless told not to. A replica that has nothing to lend is passed over for
 * the next one.
 *
 * @since 0.1.0
 */
public final class ReplicaDataSource extends RoleDataSource {

	private final LoadBalancing loadBalancing;

	private final boolean fallbackToPrimary;

	private final AtomicInteger turn = new AtomicInteger();

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
	public ReplicaDataSource(Roles roles, Duration connectionTimeout, LoadBalancing loadBalancing,
			boolean fallbackToPrimary, @Nullable Duration readYourWrites) {
		super(roles, connectionTimeout);
		this.loadBalancing = loadBalancing;
		this.fallbackToPrimary = fallbackToPrimary;
		this.causalReads = (readYourWrites != null)
				? new CausalReads(this, new PrimaryReads(roles, connectionTimeout), readYourWrites) : null;
	}

	@Override
	public Connection getConnection() throws SQLException {
		CommittedLsn committed = (this.causalReads != null) ? ReadYourWrites.current() : null;
		if (this.causalReads == null || committed == null || committed.isEmpty()) {
			return super.getConnection();
		}
		return this.causalReads.getConnection(committed);
	}

	@Override
	@Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		List<ServerPool> replicas = table.replicas();
		return switch (replicas.size()) {
			case 0 -> this.fallbackToPrimary ? table.primary() : null;
			case 1 -> replicas.get(0);
			default -> this.loadBalancing.choose(replicas, this.turn, except);
		};
	}

	@Override
	Lookout lookout() {
		return new ReplicaLookout(this);
	}

	@Override
	boolean isIn(RoleTable table, ServerPool pool) {
		return table.replicas().contains(pool)
				|| (this.fallbackToPrimary && table.replicas().isEmpty() && table.primary() == pool);
	}

	@Override
	Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		if (table.primary() == pool) {
			return PrimaryReads.lend(connection, pool);
		}
		pool.lendForReading(connection);
		return connection;
	}

	@Override
	SQLException unavailable(Duration waited, RoleTable table) {
		return this.fallbackToPrimary ? super.unavailable(waited, table)
				: new ReplicaUnavailableException(waited, table.whyNoReplica());
	}

	@Override
	boolean isHopeless(RoleTable table) {
		return table.readsHopeless();
	}

	/**
	 * Find out where a connection has been borrowed.
	 * @param connection the connection
	 * @return the pool, or {@code null} if that has lost its role meanwhile
	 */
	@Nullable ServerPool poolOf(Connection connection) {
		RoleTable table = roles();
		return Stream.concat(table.replicas().stream(), Stream.ofNullable(table.primary()))
			.filter((pool) -> pool.owns(connection))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Borrow a connection for a read that the primary serves otherwise.
	 * @param except a pool that has just been tried, if there is one
	 * @param deadline until when to wait, as of {@link System#nanoTime()}
	 * @param replicaDeadline until when to wait while there is no replica
	 * @return the connection
	 * @throws ReplicaUnavailableException if there is no replica until then
	 * @throws SQLException if no connection is to be had
	 */
	Connection getConnectionOfReplica(@Nullable ServerPool except, long deadline, long replicaDeadline)
			throws SQLException {
		// with the fallback, it is the primary that is waited for as well
		return getConnection(except, deadline, this.fallbackToPrimary ? deadline : replicaDeadline);
	}

	boolean isAnyOtherThan(ServerPool pool) {
		return roles().replicas().stream().anyMatch((replica) -> replica != pool);
	}

}
