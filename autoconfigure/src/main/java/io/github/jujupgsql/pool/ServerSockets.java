package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.github.jujupgsql.relation.HostTimeoutSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * The sockets beneath the connections to one server.
 * <p>
 * The driver makes its socket factory by name and gives it nothing but texts, so who is
 * connecting stands in {@link #CONNECTING} under a number meanwhile.
 */
final class ServerSockets {

	private static final Map<String, ServerSockets> CONNECTING = new ConcurrentHashMap<>();

	private static final AtomicLong numbers = new AtomicLong();

	/**
	 * Guarded by itself. Weak, as the driver leaves a socket to the garbage collector
	 * when it cannot tell the server that it closes it.
	 */
	private final Set<CuttableSocket> sockets = Collections.newSetFromMap(new WeakHashMap<>());

	/**
	 * Create the sockets that a driver is to use.
	 * @param properties the driver's properties
	 * @return the sockets, or {@code null} if the application has a socket factory of its
	 * own
	 */
	static @Nullable ServerSockets unlessReplaced(Properties properties) {
		String factory = properties.getProperty(PGProperty.SOCKET_FACTORY.getName());
		boolean replaced = factory != null && !factory.equals(HostTimeoutSocketFactory.class.getName());
		return replaced ? null : new ServerSockets();
	}

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
		CONNECTING.put(number, this);
		try {
			return driver.connect(numbered);
		}
		finally {
			CONNECTING.remove(number);
		}
	}

	/**
	 * Find who is connecting.
	 * @param number the number
	 * @return its sockets
	 * @throws NullPointerException if it has given up
	 */
	static ServerSockets connecting(@Nullable String number) {
		return Objects.requireNonNull(CONNECTING.get(String.valueOf(number)), "Nobody waits for this connection");
	}

	CuttableSocket add(CuttableSocket socket) {
		synchronized (this.sockets) {
			this.sockets.add(socket);
		}
		return socket;
	}

	/**
	 * Cut all that are open.
	 */
	void cut() {
		all().forEach(CuttableSocket::cut);
	}

	/**
	 * Close all of them.
	 */
	void release() {
		all().forEach(CuttableSocket::release);
	}

	private List<CuttableSocket> all() {
		synchronized (this.sockets) {
			return List.copyOf(this.sockets);
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
