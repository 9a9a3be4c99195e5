package io.github.jujupgsql.pool;

import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server has been asked for its role. The connection that it was asked on is kept from
 * borrowers until this is closed, so that it need not be asked again if the server gets
 * that role meanwhile. Belongs to one thread at a time: to the one that asks, then to the
 * one that assigns roles.
 */
final class RoleProbe implements Closeable {

	private static final Log logger = LogFactory.getLog(RoleProbe.class);

	private final RoleCheck check;

	private final @Nullable Connection connection;

	private final long epoch;

	private final boolean fitForWriters;

	private boolean closed;

	/**
	 * Create a probe.
	 * @param check the answer
	 * @param connection the connection, if it is one of the pool
	 * @param epoch the epoch in which it was asked
	 * @param fitForWriters whether the connection may be lent to writers, if the server
	 * is what they want
	 */
	RoleProbe(RoleCheck check, @Nullable Connection connection, long epoch, boolean fitForWriters) {
		this.check = check;
		this.connection = connection;
		this.epoch = epoch;
		this.fitForWriters = fitForWriters;
	}

	/**
	 * Create a probe that leaves nothing to be closed.
	 * @param check the answer
	 */
	RoleProbe(RoleCheck check) {
		this(check, null, VerifiedConnections.UNVERIFIED, false);
	}

	RoleCheck check() {
		return this.check;
	}

	/**
	 * Spare the connection from being asked, now that all of them are to be because their
	 * server has got the role that it said it has.
	 * @param open the connections of that server
	 * @param since the epoch that its new role has started
	 */
	void trust(VerifiedConnections open, long since) {
		// any other epoch may have been started by this connection
		boolean nextEpoch = this.epoch + 1 == since;
		if (this.connection == null || this.closed || !nextEpoch || !this.fitForWriters) {
			return;
		}
		try {
			PhysicalConnection physical = this.connection.unwrap(PhysicalConnection.class);
			physical.forgetReaders();
			open.markVerified(physical, since);
		}
		catch (SQLException ex) {
			logger.debug("A connection has been closed while it was kept", ex);
		}
	}

	/**
	 * Let others have the connection. Can be called more than once.
	 */
	@Override
	public void close() {
		if (this.connection != null && !this.closed) {
			this.closed = true;
			try {
				this.connection.close();
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug("Cannot return a connection", ex);
			}
		}
	}

}
