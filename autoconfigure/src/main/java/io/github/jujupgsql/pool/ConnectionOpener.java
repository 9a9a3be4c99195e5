package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.driver.ServerSockets;
import io.github.jujupgsql.driver.SilentConnection;
import io.github.jujupgsql.relation.DriverProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * Has the driver open connections to one server, until that has left: then threads that
 * are opening one are interrupted, and none is opened any more.
 * <p>
 * {@link #retired} goes from {@code false} to {@code true} once. {@link #opening} is
 * guarded by itself, and so is the change of {@link #retired}: a thread is interrupted
 * only while it is opening a connection here.
 */
final class ConnectionOpener {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final Driver driver = driver();

	private final String server;

	private final LoginProperties login;

	private final ServerSockets sockets = new ServerSockets();

	private final Set<Thread> opening = new HashSet<>();

	private volatile boolean retired;

	/**
	 * Create an opener.
	 * @param server where the server is, to be read by people
	 * @param login what the driver gets
	 */
	ConnectionOpener(String server, LoginProperties login) {
		this.server = server;
		this.login = login;
	}

	private static Driver driver() {
		try {
			return DriverManager.getDriver(DriverProperties.URL);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The PostgreSQL driver is not on the class path", ex);
		}
	}

	/**
	 * Open a connection.
	 * @param limit how long that may take, or {@code null} for as long as any may
	 * @return the driver's connection
	 * @throws SQLException if it cannot be opened, or its server has left meanwhile
	 */
	BaseConnection connect(@Nullable Duration limit) throws SQLException {
		return connectWith(this.login.within(limit));
	}

	/**
	 * Open a connection for another user than the relation's.
	 * @param user who connects
	 * @param password that user's password, or {@code null} for none
	 * @param limit how long that may take
	 * @return the driver's connection
	 * @throws SQLException if it cannot be opened, or its server has left meanwhile
	 */
	BaseConnection connectAs(String user, @Nullable String password, Duration limit) throws SQLException {
		return connectWith(this.login.of(user, password, limit));
	}

	private BaseConnection connectWith(Properties properties) throws SQLException {
		return open(() -> this.sockets.connect(properties, this::connect).unwrap(BaseConnection.class));
	}

	/**
	 * Open a connection on which nothing is said, and which the server lets be idle for
	 * as long as it likes.
	 * @return the connection
	 * @throws SQLException if it cannot be opened, or its server has left meanwhile
	 */
	SilentConnection connectSilently() throws SQLException {
		return open(() -> this.sockets.connectSilently(this.login.unlimited(), this::connectPatiently));
	}

	private Connection connectPatiently(Properties properties) throws SQLException {
		Connection connection = connect(properties);
		try (Statement statement = connection.createStatement()) {
			statement.execute("SET idle_session_timeout = 0");
		}
		catch (SQLException ex) {
			logger.debug(this.server + " may end sessions that are idle", ex);
		}
		return connection;
	}

	private <T> T open(Opening<T> opening) throws SQLException {
		synchronized (this.opening) {
			if (this.retired) {
				throw retired(null);
			}
			this.opening.add(Thread.currentThread());
		}
		try {
			return opening.open();
		}
		catch (SQLException | RuntimeException ex) {
			// the driver throws something unchecked when it is interrupted
			if (this.retired) {
				throw retired(ex);
			}
			throw ex;
		}
		finally {
			synchronized (this.opening) {
				this.opening.remove(Thread.currentThread());
				if (this.retired) {
					// it was meant for what has just ended
					Thread.interrupted();
				}
			}
		}
	}

	private Connection connect(Properties properties) throws SQLException {
		Connection connection = this.driver.connect(DriverProperties.URL, properties);
		if (connection == null) {
			throw new IllegalStateException("The PostgreSQL driver did not take " + DriverProperties.URL);
		}
		return connection;
	}

	/**
	 * Wait before the next attempt, until the server has left or {@link #resume()} is
	 * called.
	 * @param pause how long to wait
	 * @throws SQLException if the thread is interrupted
	 */
	void pause(Duration pause) throws SQLException {
		synchronized (this.opening) {
			try {
				if (!this.retired) {
					TimeUnit.NANOSECONDS.timedWait(this.opening, pause.toNanos());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new SQLTransientConnectionException("Interrupted while connecting to " + this.server, ex);
			}
		}
	}

	/**
	 * End all pauses.
	 */
	void resume() {
		synchronized (this.opening) {
			this.opening.notifyAll();
		}
	}

	/**
	 * Open nothing from now on, not even what is being opened.
	 */
	void retire() {
		synchronized (this.opening) {
			this.retired = true;
			this.opening.forEach(Thread::interrupt);
			this.opening.notifyAll();
		}
	}

	boolean isRetired() {
		return this.retired;
	}

	/**
	 * Say that the server has left.
	 * @param cause what was thrown because of that
	 * @return the exception
	 */
	SQLTransientConnectionException retired(@Nullable Exception cause) {
		return left(this.server, cause);
	}

	/**
	 * Say that a server has left: nothing is wrong with it, and nothing has been sent.
	 * @param server where it is
	 * @param cause what was thrown because of that
	 * @return the exception
	 */
	static SQLTransientConnectionException left(String server, @Nullable Exception cause) {
		return new SQLTransientConnectionException("The relation has left " + server, ConnectionFault.CLOSED_BEFORE,
				cause);
	}

	/**
	 * Let nothing through the sockets any more. Does not block.
	 */
	void fence() {
		this.sockets.fence();
	}

	/**
	 * Close the sockets.
	 */
	void release() {
		this.sockets.release();
	}

	/**
	 * Return whether the server is about to let a connection in.
	 * @return whether it has answered one that is being opened
	 */
	boolean isLoggingIn() {
		return this.sockets.isLoggingIn();
	}

	/**
	 * Return how often the server has sent something on what is open.
	 * @return the number, which stays the same only if nothing comes
	 */
	long heard() {
		return this.sockets.heard();
	}

	private interface Opening<T> {

		T open() throws SQLException;

	}

}
