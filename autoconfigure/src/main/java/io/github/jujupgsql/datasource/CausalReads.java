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
 * Lends connections of replicas that have replayed what has been committed in a scope:
 * waits for one replica, then tries another one, then goes to the primary. Each
 * connection is asked itself, because one name may lead to several standbys; and asked
 * once, because a server does not fall back.
 */
final class CausalReads {

	private static final Log logger = LogFactory.getLog(CausalReads.class);

	private static final String POSITION = """
			SELECT pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery()
			THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END,
			'0/0')::pg_catalog.int8""";

	private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Borrower replicas;

	private final boolean fallbackToPrimary;

	private final Borrower primary;

	private final Duration timeout;

	/**
	 * Create the reads.
	 * @param replicas borrows from any replica
	 * @param fallbackToPrimary whether it borrows from the primary while there is none
	 * @param primary borrows from the primary, for reads
	 * @param timeout how long to wait for a replica to have replayed the position
	 */
	CausalReads(Borrower replicas, boolean fallbackToPrimary, Borrower primary, Duration timeout) {
		this.replicas = replicas;
		this.fallbackToPrimary = fallbackToPrimary;
		this.primary = primary;
		this.timeout = timeout;
	}

	Connection getConnection(CommittedLsn committed) throws SQLException {
		Deadline deadline = this.replicas.deadline();
		if (!committed.isUnknown()) {
			Deadline replayDeadline = deadline.earlier(Deadline.in(this.timeout));
			Connection connection = ofReplica(committed, deadline, replayDeadline);
			if (connection != null) {
				return connection;
			}
		}
		return this.primary.borrow(null, deadline).connection();
	}

	/**
	 * Borrow a connection of a replica.
	 * @param committed what it has to have replayed
	 * @param deadline until when to wait for a connection
	 * @param replayDeadline until when to wait for a replica, and for it to replay
	 * @return the connection, or {@code null} if no replica has replayed enough in time
	 */
	private @Nullable Connection ofReplica(CommittedLsn committed, Deadline deadline, Deadline replayDeadline)
			throws SQLException {
		// with the fallback, the borrower waits for the primary as well
		ServerWait serverWait = this.replicas.serverWait(this.fallbackToPrimary ? deadline : replayDeadline);
		try {
			Loan first = this.replicas.borrow(null, deadline, serverWait);
			if (isUpToDate(first.connection(), committed, replayDeadline)) {
				return first.connection();
			}
			if (isAnyOtherThan(first.pool())) {
				Loan second = this.replicas.borrow(first.pool(), deadline, serverWait);
				if (isUpToDate(second.connection(), committed, replayDeadline)) {
					return second.connection();
				}
			}
		}
		catch (ReplicaUnavailableException ex) {
			logger.debug("There is no replica, so what has been written is read from the primary", ex);
		}
		return null;
	}

	private boolean isAnyOtherThan(ServerPool pool) {
		return this.replicas.table().replicas().stream().anyMatch((replica) -> replica != pool);
	}

	/**
	 * Return whether a connection's server has replayed what has been committed. If not,
	 * the connection goes back to its pool.
	 */
	private static boolean isUpToDate(Connection connection, CommittedLsn committed, Deadline deadline) {
		try {
			Connection physical = connection.unwrap(Connection.class);
			if (committed.isReplayedBy(physical)
					|| committed.update(physical, awaitPosition(connection, committed.getPosition(), deadline))) {
				return true;
			}
		}
		catch (SQLException ex) {
			logger.debug("A server did not tell how far it has replayed", ex);
			abort(connection);
		}
		JdbcUtils.closeConnection(connection);
		return false;
	}

	/**
	 * Close a connection such that HikariCP does not keep it.
	 */
	private static void abort(Connection connection) {
		try {
			connection.unwrap(Connection.class).abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("A connection cannot be aborted", ex);
		}
	}

	private static long awaitPosition(Connection connection, long wanted, Deadline deadline) throws SQLException {
		long pause = SHORTEST_PAUSE_NANOS;
		while (true) {
			long position = InternalStatements.queryForLong(connection, POSITION);
			long left = deadline.left();
			if (position >= wanted || left <= 0 || Thread.currentThread().isInterrupted()) {
				return position;
			}
			LockSupport.parkNanos(Math.min(pause, left));
			pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
		}
	}

}
