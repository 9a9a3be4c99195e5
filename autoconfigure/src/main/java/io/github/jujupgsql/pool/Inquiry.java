package io.github.jujupgsql.pool;

import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server has been asked for its role. The connection that it was asked on is kept from
 * everybody else until this is closed, so that it need not be asked again if the server
 * gets that role meanwhile. Belongs to one thread at a time: to the one that asks, then
 * to the one that assigns roles.
 */
final class Inquiry implements Closeable {

	private static final Log logger = LogFactory.getLog(Inquiry.class);

	private final ServerCheck check;

	private final @Nullable Connection connection;

	private final long askedAt;

	private final boolean fitForWriters;

	private boolean closed;

	/**
	 * Create an inquiry.
	 * @param check the answer
	 * @param connection the connection, if it is one of the pool
	 * @param askedAt when it was asked, as {@link OpenConnections#now()} has it
	 * @param fitForWriters whether the connection may be lent to writers, if the server
	 * is what they want
	 */
	Inquiry(ServerCheck check, @Nullable Connection connection, long askedAt, boolean fitForWriters) {
		this.check = check;
		this.connection = connection;
		this.askedAt = askedAt;
		this.fitForWriters = fitForWriters;
	}

	/**
	 * Create an inquiry that leaves nothing to be closed.
	 * @param check the answer
	 */
	Inquiry(ServerCheck check) {
		this(check, null, OpenConnections.NEVER, false);
	}

	ServerCheck check() {
		return this.check;
	}

	/**
	 * Spare the connection from being asked, now that all of them are to be because their
	 * server has got the role that it said it has.
	 * @param open the connections of that server
	 * @param since when it got the role
	 */
	void trust(OpenConnections open, long since) {
		// any other doubt may be about this connection
		boolean noOtherDoubt = this.askedAt + 1 == since;
		if (this.connection == null || this.closed || !noOtherDoubt || !this.fitForWriters) {
			return;
		}
		try {
			PhysicalConnection physical = this.connection.unwrap(PhysicalConnection.class);
			physical.forgetReaders();
			open.answered(physical, since);
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
