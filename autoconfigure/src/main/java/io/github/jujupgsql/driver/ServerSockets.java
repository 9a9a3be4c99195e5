package io.github.jujupgsql.driver;

import java.sql.Connection;
import java.sql.SQLException;
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

import org.postgresql.PGProperty;

/**
 * The sockets beneath the connections to one server, whether the application has a socket
 * factory of its own or not.
 * <p>
 * The driver makes its socket factory by name and gives it nothing but texts, so what is
 * connecting stands in {@link #CONNECTING} under a number meanwhile.
 * <p>
 * {@link #sockets} and {@link #fenced} are guarded by {@link #sockets}.
 *
 * @since 0.1.0
 */
public final class ServerSockets {

	private static final Map<String, ConnectionAttempt> CONNECTING = new ConcurrentHashMap<>();

	private static final AtomicLong numbers = new AtomicLong();

	/**
	 * Weak, as the driver leaves a socket to the garbage collector when it cannot tell
	 * the server that it closes it.
	 */
	private final Set<FenceableSocket> sockets = Collections.newSetFromMap(new WeakHashMap<>());

	/** Those that only {@link #release()} closes. */
	private final Set<FenceableSocket> fenced = new HashSet<>();

	private final Set<ConnectionAttempt> attempts = ConcurrentHashMap.newKeySet();

	/**
	 * Have the driver open a connection with one of these sockets.
	 * @param <T> the type of the connection
	 * @param properties the driver's properties
	 * @param driver opens the connection
	 * @return the connection
	 * @throws SQLException if it cannot be opened
	 */
	public <T> T connect(Properties properties, Connecting<T> driver) throws SQLException {
		return connect(new ConnectionAttempt(this, properties), properties, driver);
	}

	/**
	 * Have the driver open a connection on which nothing is to be said any more.
	 * @param properties the driver's properties
	 * @param driver opens the connection
	 * @return waits for the end of the connection
	 * @throws SQLException if it cannot be opened
	 */
	public SilentConnection connectSilently(Properties properties, Connecting<? extends Connection> driver)
			throws SQLException {
		ConnectionAttempt attempt = new ConnectionAttempt(this, properties);
		Connection connection = connect(attempt, properties, driver);
		return new SilentConnection(connection, attempt.connected());
	}

	private <T> T connect(ConnectionAttempt attempt, Properties properties, Connecting<T> driver) throws SQLException {
		String number = Long.toString(numbers.incrementAndGet());
		Properties numbered = new Properties();
		numbered.putAll(properties);
		numbered.setProperty(PGProperty.SOCKET_FACTORY.getName(), FenceableSocketFactory.class.getName());
		numbered.setProperty(PGProperty.SOCKET_FACTORY_ARG.getName(), number);
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
	 * @throws NullPointerException if it has ended
	 */
	static ConnectionAttempt connecting(String number) {
		return Objects.requireNonNull(CONNECTING.get(number), "The attempt to connect has ended");
	}

	/**
	 * Return whether the server is about to let a connection in: it has answered
	 * something, if only that it wants a password.
	 * @return whether a login is under way that the server takes part in
	 */
	public boolean isLoggingIn() {
		return this.attempts.stream().anyMatch(ConnectionAttempt::isAnswered);
	}

	/**
	 * Return how often the server has sent something on what is open.
	 * @return the number, which stays the same only if nothing comes
	 */
	public long heard() {
		synchronized (this.sockets) {
			long heard = 0;
			for (FenceableSocket socket : this.sockets) {
				heard += socket.heard();
			}
			return heard;
		}
	}

	void add(FenceableSocket socket) {
		synchronized (this.sockets) {
			this.sockets.add(socket);
		}
	}

	/**
	 * Fence all that are open. Does not block.
	 */
	public void fence() {
		List<FenceableSocket> open;
		synchronized (this.sockets) {
			open = List.copyOf(this.sockets);
			this.fenced.addAll(open);
		}
		open.forEach(FenceableSocket::fence);
	}

	/**
	 * Close all of them.
	 */
	public void release() {
		List<FenceableSocket> open;
		synchronized (this.sockets) {
			open = List.copyOf(this.sockets);
			this.sockets.clear();
			this.fenced.clear();
		}
		open.forEach(FenceableSocket::release);
	}

	/**
	 * What opens a connection.
	 *
	 * @param <T> the type of the connection
	 */
	public interface Connecting<T> {

		/**
		 * Open a connection.
		 * @param properties the driver's properties
		 * @return the connection
		 * @throws SQLException if it cannot be opened
		 */
		T connect(Properties properties) throws SQLException;

	}

}
