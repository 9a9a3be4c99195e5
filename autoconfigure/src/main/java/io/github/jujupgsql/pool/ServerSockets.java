package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.SocketFactory;

import io.github.jujupgsql.relation.HostTimeoutSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/**
 * The sockets beneath the connections to one server, whether the application has a socket
 * factory of its own or not.
 * <p>
 * The driver makes its socket factory by name and gives it nothing but texts, so what is
 * connecting stands in {@link #CONNECTING} under a number meanwhile.
 * <p>
 * {@link #sockets} and {@link #cut} are guarded by {@link #sockets}.
 */
final class ServerSockets {

	private static final Map<String, Attempt> CONNECTING = new ConcurrentHashMap<>();

	private static final AtomicLong numbers = new AtomicLong();

	/**
	 * Weak, as the driver leaves a socket to the garbage collector when it cannot tell
	 * the server that it closes it.
	 */
	private final Set<CuttableSocket> sockets = Collections.newSetFromMap(new WeakHashMap<>());

	/** Those that only {@link #release()} closes. */
	private final Set<CuttableSocket> cut = new HashSet<>();

	private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();

	/**
	 * Have the driver open a connection with one of these sockets.
	 * @param properties the driver's properties
	 * @param driver opens the connection
	 * @return the connection
	 * @throws SQLException if it cannot be opened
	 */
	<T> T connect(Properties properties, Connecting<T> driver) throws SQLException {
		String number = Long.toString(numbers.incrementAndGet());
		Properties numbered = new Properties();
		numbered.putAll(properties);
		numbered.setProperty(PGProperty.SOCKET_FACTORY.getName(), CuttableSocketFactory.class.getName());
		numbered.setProperty(PGProperty.SOCKET_FACTORY_ARG.getName(), number);
		Attempt attempt = new Attempt(this, properties);
		this.attempts.add(attempt);
		CONNECTING.put(number, attempt);
		try {
			return driver.connect(numbered);
		}
		catch (Throwable ex) {
			attempt.giveUp();
			throw ex;
		}
		finally {
			CONNECTING.remove(number);
			this.attempts.remove(attempt);
		}
	}

	/**
	 * Find what is connecting.
	 * @param number the number
	 * @return the attempt
	 * @throws NullPointerException if it has given up
	 */
	static Attempt connecting(@Nullable String number) {
		return Objects.requireNonNull(CONNECTING.get(String.valueOf(number)), "Nobody waits for this connection");
	}

	/**
	 * Return whether the server is about to let a connection in: it has answered
	 * something, if only that it wants a password.
	 * @return whether a login is under way that the server takes part in
	 */
	boolean isLoggingIn() {
		return this.attempts.stream().anyMatch(Attempt::isAnswered);
	}

	private void add(CuttableSocket socket) {
		synchronized (this.sockets) {
			this.sockets.add(socket);
		}
	}

	/**
	 * Cut all that are open. Does not block.
	 */
	void cut() {
		List<CuttableSocket> open;
		synchronized (this.sockets) {
			open = List.copyOf(this.sockets);
			this.cut.addAll(open);
		}
		open.forEach(CuttableSocket::cut);
	}

	/**
	 * Close all of them.
	 */
	void release() {
		List<CuttableSocket> open;
		synchronized (this.sockets) {
			open = List.copyOf(this.sockets);
			this.sockets.clear();
			this.cut.clear();
		}
		open.forEach(CuttableSocket::release);
	}

	/**
	 * An attempt to open a connection. The driver connects in a thread of its own, which
	 * goes on when the attempt has ended, and loses the connection if it comes to be open
	 * just as the thread that waits for it is interrupted. So the sockets are closed when
	 * it has failed.
	 * <p>
	 * {@link #made} and {@link #givenUp} are guarded by this object's monitor.
	 */
	static final class Attempt {

		private final ServerSockets sockets;

		private final Properties properties;

		private final List<CuttableSocket> made = new ArrayList<>();

		private boolean givenUp;

		private Attempt(ServerSockets sockets, Properties properties) {
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
			boolean own = factory != null && !factory.equals(HostTimeoutSocketFactory.class.getName());
			return own ? SocketFactoryFactory.getSocketFactory(this.properties) : null;
		}

		synchronized CuttableSocket add(CuttableSocket socket) {
			this.made.add(socket);
			this.sockets.add(socket);
			if (this.givenUp) {
				socket.releaseUnlessCut();
			}
			return socket;
		}

		private synchronized boolean isAnswered() {
			return this.made.stream().anyMatch(CuttableSocket::hasHeard);
		}

		private synchronized void giveUp() {
			this.givenUp = true;
			this.made.forEach(CuttableSocket::releaseUnlessCut);
		}

	}

	/**
	 * What opens a connection.
	 *
	 * @param <T> the type of the connection
	 */
	interface Connecting<T> {

		T connect(Properties properties) throws SQLException;

	}

}
