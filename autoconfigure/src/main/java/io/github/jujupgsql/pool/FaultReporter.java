package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Draws the consequences of errors on a pool's connections: which connections have to be
 * verified again, whether the server is asked for its role, and what the log says of it.
 * Called by the threads that borrow and work, and by those that ask the server.
 */
final class FaultReporter {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final ServerConnections connections;

	private final String server;

	private final String description;

	private final Runnable roleCheck;

	private final PoolTimes times;

	private final Ticker ticker;

	private final AtomicLong lastRequest;

	private final AtomicLong lastLogged;

	/**
	 * Create the reporter of a pool.
	 * @param connections the pool's connections
	 * @param server where the server is
	 * @param description what the log calls it
	 * @param roleCheck requests that the server be asked for its role again
	 */
	FaultReporter(ServerConnections connections, String server, String description, Runnable roleCheck) {
		this.connections = connections;
		this.server = server;
		this.description = description;
		this.roleCheck = roleCheck;
		this.times = connections.getTimes();
		this.ticker = connections.getTicker();
		long now = this.ticker.nanoTime();
		this.lastRequest = new AtomicLong(now - this.times.primarySuspicion().toNanos());
		this.lastLogged = new AtomicLong(now - this.times.faultLog().toNanos());
	}

	/**
	 * A connection is of no use any more. Others may not be, either: the server may have
	 * gone.
	 * @param fault what the application or HikariCP was told
	 */
	void connectionBroke(SQLException fault) {
		this.connections.getOpen().nextEpoch();
		log(fault);
		requestRoleCheck();
	}

	/**
	 * Log what breaks connections, once in a while: many break at the same time. That
	 * they have been cut off is logged where that is decided.
	 */
	private void log(SQLException fault) {
		long now = this.ticker.nanoTime();
		long last = this.lastLogged.get();
		if (!this.connections.isRetired() && now - last >= this.times.faultLog().toNanos()
				&& this.lastLogged.compareAndSet(last, now)) {
			String reason = ConnectFailure.oneLine(String.valueOf(fault.getMessage()));
			logger.warn("A connection to " + this.description + " failed, others may follow: " + reason + " (SQLSTATE "
					+ fault.getSQLState() + ")");
		}
	}

	/**
	 * A write on the primary was refused: by a server that has become a standby, in a
	 * session that has been left read-only, or because the application wanted it so. The
	 * next borrower of each connection looks at what the driver knows of its session. The
	 * server itself is asked in any case, because a pooler in between may go on telling
	 * what another server said.
	 */
	void writeRefused() {
		if (isPrimary()) {
			this.connections.getOpen().nextEpochByDriver();
			requestRoleCheck();
		}
	}

	/**
	 * A connection leads to a server in the wrong role.
	 * @param check what that has answered
	 * @return what to tell the borrower
	 */
	WrongRoleException wrongRole(RoleCheck check) {
		requestRoleCheck();
		return new WrongRoleException(this.server + " is " + check.describe());
	}

	/**
	 * Have the server asked for its role, not more often than is useful.
	 */
	private void requestRoleCheck() {
		long now = this.ticker.nanoTime();
		long last = this.lastRequest.get();
		Duration interval = isPrimary() ? this.times.primarySuspicion() : this.times.replicaSuspicion();
		if (now - last >= interval.toNanos() && this.lastRequest.compareAndSet(last, now)) {
			this.roleCheck.run();
		}
	}

	private boolean isPrimary() {
		return this.connections.getRole() == ServerRole.PRIMARY;
	}

}
