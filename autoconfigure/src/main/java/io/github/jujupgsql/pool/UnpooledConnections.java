package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * Connections to one server for users of the application's own, which no pool keeps: a
 * migration needs one for a moment. They are opened and cut off as those of the pool are,
 * and a pool that drains waits for them.
 */
final class UnpooledConnections {

	private final String server;

	private final ServerConnections connections;

	private final Set<Connection> open = ConcurrentHashMap.newKeySet();

	/**
	 * Create the connections, of which none is open yet.
	 * @param server where the server is, to be read by people
	 * @param connections the server's other connections
	 */
	UnpooledConnections(String server, ServerConnections connections) {
		this.server = server;
		this.connections = connections;
	}

	/**
	 * Open a connection to the server as a primary.
	 * @param user who connects
	 * @param password that user's password, or {@code null} for none
	 * @param limit how long it may take
	 * @return the connection, which ends when it is closed
	 * @throws SQLTransientConnectionException if the server cannot be reached, or has
	 * left
	 * @throws WrongRoleException if it is in recovery
	 * @throws SQLException if it refuses the user
	 */
	Connection open(String user, @Nullable String password, Duration limit) throws SQLException {
		try {
			Unpooled connection = new Unpooled(this.connections.getOpener().connectAs(user, password, limit));
			admit(connection, limit);
			return connection;
		}
		catch (SQLTransientConnectionException | WrongRoleException ex) {
			throw ex;
		}
		catch (SQLException ex) {
			ProbeAnswer failure = ConnectFailure.of(ex);
			if (failure.kind() == Kind.UNREACHABLE) {
				throw new SQLTransientConnectionException(this.server + " cannot be reached: " + failure.reason(),
						failure.sqlState(), ex);
			}
			throw ex;
		}
	}

	private void admit(Unpooled connection, Duration limit) throws SQLException {
		boolean fit = false;
		try {
			if (!RoleCheck.hasTold(connection.driver, ServerRole.PRIMARY)
					&& !RoleCheck.ask(connection, limit, RoleQuery.ROLE).is(ServerRole.PRIMARY)) {
				throw new WrongRoleException(this.server + " is in recovery");
			}
			if (!this.connections.getGate().admits(new PhysicalConnection(connection.driver, this.connections))) {
				throw new LeadsElsewhereException(this.server, null);
			}
			this.open.add(connection);
			// in this order, as whoever retires the server looks at what is open then
			if (this.connections.isRetired()) {
				throw this.connections.getOpener().retired(null);
			}
			fit = true;
		}
		finally {
			if (!fit) {
				connection.abort(Runnable::run);
			}
		}
	}

	/**
	 * Return how many are open.
	 * @return the number
	 */
	int size() {
		return this.open.size();
	}

	/**
	 * A connection that is gone once it is closed.
	 */
	private final class Unpooled extends DelegatingConnection {

		Unpooled(BaseConnection driver) {
			super(driver);
		}

		@Override
		public void close() throws SQLException {
			UnpooledConnections.this.open.remove(this);
			super.close();
		}

		@Override
		public void abort(Executor executor) throws SQLException {
			UnpooledConnections.this.open.remove(this);
			super.abort(executor);
		}

	}

}
