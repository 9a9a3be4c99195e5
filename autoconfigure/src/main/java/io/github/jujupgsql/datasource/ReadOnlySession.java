package io.github.jujupgsql.datasource;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import io.github.jujupgsql.pool.ServerPool;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection of the primary whose session refuses to write, as a standby would, until
 * it is closed: the server's doing, for the driver looks after transactions alone.
 */
final class ReadOnlySession implements InvocationHandler {

	private static final Log logger = LogFactory.getLog(ReadOnlySession.class);

	private final Connection connection;

	private final ServerPool pool;

	private ReadOnlySession(Connection connection, ServerPool pool) {
		this.connection = connection;
		this.pool = pool;
	}

	/**
	 * Make a connection's session read-only.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @return the connection, which leaves the session as it was when it is closed
	 * @throws SQLException if the connection is of no use; it has been got rid of
	 */
	static Connection begin(Connection connection, ServerPool pool) throws SQLException {
		ReadOnlySession session = new ReadOnlySession(connection, pool);
		try {
			session.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
		}
		catch (SQLException ex) {
			pool.evict(connection);
			throw ex;
		}
		return (Connection) Proxy.newProxyInstance(ReadOnlySession.class.getClassLoader(),
				new Class<?>[] { Connection.class }, session);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		switch (method.getName()) {
			case "close" -> {
				close();
				return null;
			}
			case "equals" -> {
				return arguments != null && arguments[0] == proxy;
			}
			case "hashCode" -> {
				return System.identityHashCode(proxy);
			}
			default -> {
				try {
					return method.invoke(this.connection, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			}
		}
	}

	private void close() throws SQLException {
		if (!this.connection.isClosed()) {
			try {
				if (!this.connection.getAutoCommit()) {
					this.connection.rollback();
				}
				execute("RESET default_transaction_read_only");
			}
			catch (SQLException ex) {
				logger.debug("A session of " + this.pool + " stays read-only, and is ended", ex);
				this.pool.evict(this.connection);
			}
		}
		this.connection.close();
	}

	/**
	 * Execute a statement outside any transaction. Not through HikariCP, which would take
	 * a change of the mode for the application's.
	 */
	private void execute(String sql) throws SQLException {
		Connection physical = this.connection.unwrap(Connection.class);
		boolean autoCommit = physical.getAutoCommit();
		if (!autoCommit) {
			physical.setAutoCommit(true);
		}
		try (Statement statement = physical.createStatement()) {
			statement.execute(sql);
		}
		finally {
			if (!autoCommit && !physical.isClosed()) {
				physical.setAutoCommit(false);
			}
		}
	}

}
