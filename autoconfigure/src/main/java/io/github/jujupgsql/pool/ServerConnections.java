package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Opens the connections of one server's pool, and can take them all away again: HikariCP
 * lets through a connection that was being opened while its pool was left, and reaches
 * those in use only after it has waited for the ones being opened.
 * <p>
 * {@link #retired} goes from {@code false} to {@code true} once. Whoever opens a
 * connection first adds it to {@link #opened} and then looks at {@link #retired}; whoever
 * retires sets that first and then walks through the set. So each connection is seen by
 * one of the two.
 */
final class ServerConnections extends AbstractDataSource {

	/**
	 * Host, database and credentials go as properties: a URL would be quoted in errors.
	 */
	private static final String URL = "jdbc:postgresql://";

	private static final Log logger = LogFactory.getLog(ServerConnections.class);

	/** Of the driver; by its name, for javac warns of the annotations in its classes. */
	private static final String LOGIN_TIMEOUT = "loginTimeout";

	private final Driver driver = driver();

	private final String server;

	private final Properties properties;

	private final Set<Connection> opened = ConcurrentHashMap.newKeySet();

	private final AtomicReference<@Nullable Connection> checked = new AtomicReference<>();

	private volatile boolean retired;

	private volatile int loginTimeout;

	ServerConnections(String server, Properties properties) {
		this.server = server;
		this.properties = properties;
	}

	private static Driver driver() {
		try {
			return DriverManager.getDriver(URL);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The PostgreSQL driver is not on the class path", ex);
		}
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection ready = this.checked.getAndSet(null);
		return (ready != null && !ready.isClosed()) ? ready : open();
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
	}

	/**
	 * Open a connection that is not pooled yet.
	 * @return the connection
	 * @throws SQLException if it cannot be opened, or its server has been left meanwhile
	 */
	Connection open() throws SQLException {
		refuseIfRetired();
		Connection connection = this.driver.connect(URL, propertiesWithTimeout());
		if (connection == null) {
			throw new IllegalStateException("The PostgreSQL driver did not take " + URL);
		}
		this.opened.removeIf(ServerConnections::isClosed);
		this.opened.add(connection);
		if (this.retired) {
			abort(connection);
		}
		refuseIfRetired();
		return connection;
	}

	/**
	 * Make a connection that has been opened and looked at the next one that the pool
	 * gets.
	 * @param connection the connection
	 */
	void offer(Connection connection) {
		Connection unused = this.checked.getAndSet(connection);
		if (unused != null) {
			abort(unused);
		}
	}

	/**
	 * Open nothing from now on, not even what is being opened.
	 */
	void retire() {
		this.retired = true;
		Connection unused = this.checked.getAndSet(null);
		if (unused != null) {
			abort(unused);
		}
	}

	/**
	 * Retire, and cut off every connection, whatever it is used for. Threads that wait
	 * for the server's answer on one of them get an error at once.
	 * @return how many were still open
	 */
	int abortAll() {
		retire();
		int aborted = 0;
		for (Connection connection : this.opened) {
			if (!isClosed(connection)) {
				abort(connection);
				aborted++;
			}
		}
		this.opened.clear();
		return aborted;
	}

	boolean isRetired() {
		return this.retired;
	}

	/**
	 * HikariCP sets it to its connection timeout, and on closing waits that long for
	 * connections being opened; those of a retired server are not worth waiting for.
	 */
	@Override
	public int getLoginTimeout() {
		return this.retired ? 1 : this.loginTimeout;
	}

	@Override
	public void setLoginTimeout(int timeout) {
		this.loginTimeout = timeout;
	}

	private Properties propertiesWithTimeout() {
		Properties copy = new Properties();
		copy.putAll(this.properties);
		if (this.loginTimeout > 0) {
			copy.putIfAbsent(LOGIN_TIMEOUT, String.valueOf(this.loginTimeout));
		}
		return copy;
	}

	private void refuseIfRetired() throws SQLException {
		if (this.retired) {
			throw new SQLTransientConnectionException("The relation has left " + this.server, "08003");
		}
	}

	private void abort(Connection connection) {
		try {
			connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("Cannot abort a connection to " + this.server, ex);
		}
	}

	private static boolean isClosed(Connection connection) {
		try {
			return connection.isClosed();
		}
		catch (SQLException ex) {
			return true;
		}
	}

}
