package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.jujupgsql.pool.ServerPool;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * Lends connections of replicas that know what has been written in a scope: waits for one
 * to replay it, then tries another one, then goes to the primary. Each connection is
 * asked itself, for one name may lead to several standbys; and asked once, for a server
 * does not forget.
 */
final class CausalReads {

	private static final Log logger = LogFactory.getLog(CausalReads.class);

	private static final String POSITION = """
			SELECT pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery()
			THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END,
			'0/0')::pg_catalog.int8""";

	private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final ReplicaDataSource replicas;

	private final PrimaryReads primary;

	private final Duration patience;

	/**
	 * Create the reads.
	 * @param replicas lends connections of any replica
	 * @param primary lends connections of the primary
	 * @param patience how long to wait for a replica to know what has been written
	 */
	CausalReads(ReplicaDataSource replicas, PrimaryReads primary, Duration patience) {
		this.replicas = replicas;
		this.primary = primary;
		this.patience = patience;
	}

	Connection getConnection(CommittedLsn committed) throws SQLException {
		long deadline = this.replicas.deadline();
		if (!committed.isUnknown()) {
			long now = System.nanoTime();
			long until = now + Math.min(deadline - now, RoleDataSource.nanos(this.patience));
			Connection connection = ofReplica(committed, deadline, until);
			if (connection != null) {
				return connection;
			}
		}
		return this.primary.getConnection(null, deadline);
	}

	/**
	 * Borrow a connection of a replica.
	 * @param committed what it has to know
	 * @param deadline until when to wait for a connection
	 * @param until until when to wait for a replica, and for what it has to know
	 * @return the connection, or {@code null} if no replica knows it in time
	 */
	private @Nullable Connection ofReplica(CommittedLsn committed, long deadline, long until) throws SQLException {
		try {
			Connection first = this.replicas.getConnectionOfReplica(null, deadline, until);
			ServerPool pool = this.replicas.poolOf(first);
			if (isUpToDate(first, committed, until)) {
				return first;
			}
			if (pool != null && this.replicas.isAnyOtherThan(pool)) {
				Connection second = this.replicas.getConnectionOfReplica(pool, deadline, until);
				if (isUpToDate(second, committed, until)) {
					return second;
				}
			}
		}
		catch (ReplicaUnavailableException ex) {
			logger.debug("There is no replica, so what has been written is read from the primary", ex);
		}
		return null;
	}

	/**
	 * Return whether a connection leads to a server that knows what has been written. If
	 * not, it is returned.
	 */
	private static boolean isUpToDate(Connection connection, CommittedLsn committed, long until) {
		try {
			Connection physical = connection.unwrap(Connection.class);
			if (committed.isReplayedBy(physical)
					|| committed.update(physical, awaitPosition(connection, committed.getPosition(), until))) {
				return true;
			}
		}
		catch (SQLException ex) {
			logger.debug("A server did not tell what it knows", ex);
			abort(connection);
		}
		JdbcUtils.closeConnection(connection);
		return false;
	}

	/**
	 * Make a connection one that HikariCP does not keep.
	 */
	private static void abort(Connection connection) {
		try {
			connection.unwrap(Connection.class).abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("A connection cannot be aborted", ex);
		}
	}

	private static long awaitPosition(Connection connection, long wanted, long until) throws SQLException {
		long pause = SHORTEST_PAUSE_NANOS;
		while (true) {
			long position = InternalStatements.queryForLong(connection, POSITION);
			long left = until - System.nanoTime();
			if (position >= wanted || left <= 0 || Thread.currentThread().isInterrupted()) {
				return position;
			}
			LockSupport.parkNanos(Math.min(pause, left));
			pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
		}
	}

}
