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
 * The driver makes its socket factory by name and gives it nothing but texts, so a
 * connection that is being opened stands in {@link #CONNECTING} under a number meanwhile.
 */
final class ServerSockets {

	private static final Map<String, Login> CONNECTING = new ConcurrentHashMap<>();

	private static final AtomicLong numbers = new AtomicLong();

	/**
	 * Guarded by itself. Weak, as the driver leaves a socket to the garbage collector
	 * when it cannot tell the server that it closes it.
	 */
	private final Set<CuttableSocket> sockets = Collections.newSetFromMap(new WeakHashMap<>());

	private final Set<Login> logins = ConcurrentHashMap.newKeySet();

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
		Login login = new Login(this);
		this.logins.add(login);
		CONNECTING.put(number, login);
		try {
			return driver.connect(numbered);
		}
		finally {
			CONNECTING.remove(number);
			this.logins.remove(login);
		}
	}

	/**
	 * Find out which connection is being opened.
	 * @param number the number
	 * @return what its sockets are added to
	 * @throws NullPointerException if it has been given up
	 */
	static Login connecting(@Nullable String number) {
		return Objects.requireNonNull(CONNECTING.get(String.valueOf(number)), "The connection has been given up");
	}

	/**
	 * Return whether the server is about to let a connection in: it has answered
	 * something, if only that it wants a password.
	 * @return whether a login is under way that the server takes part in
	 */
	boolean isLoggingIn() {
		return this.logins.stream().anyMatch(Login::isAnswered);
	}

	private void add(CuttableSocket socket) {
		synchronized (this.sockets) {
			this.sockets.add(socket);
		}
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

	/**
	 * A connection that is being opened. {@link #socket} is written by the thread that
	 * opens it, for each host or way that it tries.
	 */
	static final class Login {

		private final ServerSockets sockets;

		private volatile @Nullable CuttableSocket socket;

		private Login(ServerSockets sockets) {
			this.sockets = sockets;
		}

		CuttableSocket add(CuttableSocket added) {
			this.sockets.add(added);
			this.socket = added;
			return added;
		}

		private boolean isAnswered() {
			CuttableSocket latest = this.socket;
			return latest != null && latest.hasHeard();
		}

	}

}
