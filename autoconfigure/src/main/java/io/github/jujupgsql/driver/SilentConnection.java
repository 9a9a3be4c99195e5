package io.github.jujupgsql.driver;

import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection on which nothing is said. Its end tells that its server has gone, without
 * a statement having been sent.
 *
 * @since 0.1.0
 */
public final class SilentConnection implements Closeable {

	private final Connection connection;

	private final FenceableSocket socket;

	SilentConnection(Connection connection, FenceableSocket socket) {
		this.connection = connection;
		this.socket = socket;
	}

	/**
	 * Wait until the server sends anything, or the connection ends.
	 * @throws IOException if the connection has broken
	 */
	public void awaitAnything() throws IOException {
		this.socket.awaitAnything();
	}

	/**
	 * End the connection, which wakes who waits for that. Can be called by any thread,
	 * more than once.
	 */
	@Override
	public void close() throws IOException {
		try {
			this.connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			throw new IOException(ex);
		}
		this.socket.releaseUnlessFenced();
	}

}
