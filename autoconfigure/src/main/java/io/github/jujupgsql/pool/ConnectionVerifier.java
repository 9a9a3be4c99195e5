package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Makes sure that a pool's connections lead to a server of the right role before they are
 * lent. Called by borrowers, each with a connection of its own.
 */
final class ConnectionVerifier {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final LendingPool pool;

	private final ServerConnections connections;

	private final VerifiedConnections open;

	private final SessionFitness fitness;

	private final FaultReporter faults;

	ConnectionVerifier(LendingPool pool, ServerConnections connections, SessionFitness fitness, FaultReporter faults) {
		this.pool = pool;
		this.connections = connections;
		this.open = connections.getOpen();
		this.fitness = fitness;
		this.faults = faults;
	}

	/**
	 * Return whether a connection may be lent without being asked.
	 * @param connection a connection that has been borrowed
	 * @return whether it was verified in this epoch, or its server has left
	 * @throws SQLException if the connection is of no use
	 */
	boolean trusts(Connection connection) throws SQLException {
		return !this.open.hasUnverified() || this.open.isVerified(connection.unwrap(Connection.class))
				|| this.connections.isRetired();
	}

	/**
	 * Ask a connection whether its server is what it is taken for.
	 * @param connection a connection that has been borrowed
	 * @param timeoutMillis how long that may take, within the validation timeout
	 * @return whether it may be lent; if not, it has been evicted
	 * @throws WrongRoleException if the server is not what it is taken for; the
	 * connection has been evicted
	 */
	boolean ask(Connection connection, long timeoutMillis) throws WrongRoleException {
		try {
			boolean fit = verify(connection,
					Duration.ofMillis(Math.min(this.pool.validationTimeout().toMillis(), timeoutMillis)));
			if (!fit) {
				this.pool.evict(connection);
			}
			return fit;
		}
		catch (WrongRoleException ex) {
			throw ex;
		}
		catch (SQLException ex) {
			logger.debug("A connection of " + this.pool.getName() + " did not answer", ex);
			if (SqlErrorListener.isBroken(ex)) {
				this.faults.connectionBroke(ex);
			}
			this.pool.evict(connection);
			return false;
		}
	}

	private boolean verify(Connection connection, Duration timeout) throws SQLException {
		PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
		ServerRole role = this.connections.getRole();
		if (physical.isClosed() || (role == ServerRole.PRIMARY && physical.wasWithReader())) {
			return false;
		}
		if (role == ServerRole.PRIMARY) {
			physical.endReading();
		}
		long epoch = this.open.currentEpoch();
		RoleCheck check = this.open.mustAnswer(physical) ? null : RoleCheck.told(physical.driver);
		if (check == null) {
			check = this.fitness.ask(physical, timeout, false);
		}
		if (role != null && !check.is(role)) {
			// the next one may lead elsewhere, if the server's name does
			this.pool.evict(connection);
			throw this.faults.wrongRole(check);
		}
		if (role == ServerRole.PRIMARY) {
			if (!this.fitness.isFitForWriters(check, physical)) {
				return false;
			}
			physical.forgetReaders();
		}
		this.open.markVerified(physical, epoch);
		return true;
	}

	/**
	 * Take note that a connection is lent for reading, unless its server has been
	 * promoted: it tells so with the answer to the last read.
	 * @param connection one that has been borrowed
	 * @throws SQLException if the connection is of no use
	 */
	void lendForReading(Connection connection) throws SQLException {
		PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
		if (physical.tellsOfPromotion()) {
			RoleCheck check = RoleCheck.ask(physical, this.pool.validationTimeout(), RoleQuery.ROLE);
			if (!check.is(ServerRole.REPLICA)) {
				throw this.faults.wrongRole(check);
			}
			physical.deniesPromotion();
		}
		physical.lendToReader();
	}

}
