package io.github.jujupgsql.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/**
 * An attempt to open a connection. The driver connects in a thread of its own, which goes
 * on when the attempt has ended, and loses the connection if it comes to be open just as
 * the thread that waits for it is interrupted. So the sockets are closed when it has
 * failed.
 * <p>
 * {@link #made} and {@link #givenUp} are guarded by this object's monitor.
 */
final class ConnectionAttempt {

	private final ServerSockets sockets;

	private final Properties properties;

	private final List<FenceableSocket> made = new ArrayList<>();

	private boolean givenUp;

	/**
	 * Create an attempt.
	 * @param sockets the server's sockets
	 * @param properties the driver's properties, without what leads back here
	 */
	ConnectionAttempt(ServerSockets sockets, Properties properties) {
		this.sockets = sockets;
		this.properties = properties;
	}

	/**
	 * Make the application's own socket factory, as the driver does.
	 * @return the factory, or {@code null} if it has none
	 * @throws PSQLException if it cannot be made
	 */
	@Nullable SocketFactory applicationFactory() throws PSQLException {
		String factory = this.properties.getProperty(PGProperty.SOCKET_FACTORY.getName());
		boolean own = factory != null && !factory.equals(FenceableSocketFactory.class.getName());
		return own ? SocketFactoryFactory.getSocketFactory(this.properties) : null;
	}

	synchronized FenceableSocket add(FenceableSocket socket) {
		this.made.add(socket);
		this.sockets.add(socket);
		if (this.givenUp) {
			socket.releaseUnlessFenced();
		}
		return socket;
	}

	synchronized boolean isAnswered() {
		return this.made.stream().anyMatch((socket) -> socket.heard() > 0);
	}

	/**
	 * Return the socket of the connection that this has led to.
	 */
	synchronized FenceableSocket connected() {
		return this.made.stream()
			.filter((socket) -> socket.isConnected() && !socket.isClosed())
			.reduce((first, last) -> last)
			.orElseThrow(() -> new IllegalStateException("The connection has been closed"));
	}

	synchronized void giveUp() {
		this.givenUp = true;
		this.made.forEach(FenceableSocket::releaseUnlessFenced);
	}

}
