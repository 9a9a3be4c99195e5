package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Opens a pool once its server has answered. Belongs to the one thread that asks the
 * server at a time.
 */
final class PoolOpener {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final ServerPool pool;

	private final ServerConnections connections;

	private final Function<ServerConnections, HikariConfig> configFactory;

	private final Probe probe;

	private final SetUpTrial trial;

	/**
	 * Create an opener.
	 * @param pool the pool to open
	 * @param configFactory configures it
	 * @param probe asks the server on the first connection
	 */
	PoolOpener(ServerPool pool, Function<ServerConnections, HikariConfig> configFactory, Probe probe) {
		this.pool = pool;
		this.connections = pool.connections;
		this.configFactory = configFactory;
		this.probe = probe;
		this.trial = new SetUpTrial(this.connections.getTimes().answerTimeout(), this.connections.getTicker());
	}

	/**
	 * Open the pool. Each connection that is opened for this is in the pool afterwards,
	 * or closed, whatever is thrown: a question that is not answered is not asked again.
	 * @return what the server answered, to be closed
	 * @throws SQLException if it did not answer
	 */
	RoleProbe open() throws SQLException {
		try {
			RoleCheck pending = this.trial.pending();
			return (pending != null) ? new RoleProbe(pending) : tryToOpen();
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Pool " + this.pool.getName() + " cannot be opened", ex);
			return new RoleProbe(this.trial.failed(ex));
		}
		finally {
			if (this.pool.adapter() == null) {
				this.connections.abandon();
			}
		}
	}

	private RoleProbe tryToOpen() throws SQLException {
		HikariConfig config = this.configFactory.apply(this.connections);
		ConnectionSetUp setUp = new ConnectionSetUp(config);
		PhysicalConnection first = this.connections.getDialler().open();
		if (this.trial.isNeeded(setUp, first)) {
			RoleCheck refused = this.trial.tryOut(setUp, first);
			if (refused != null) {
				return new RoleProbe(refused);
			}
			first = this.connections.getDialler().open();
		}
		try {
			return open(config, first);
		}
		catch (SQLException ex) {
			RoleCheck refused = ConnectionSetUp.isRefusal(ex)
					? this.trial.tryOut(setUp, this.connections.getDialler().open()) : null;
			if (refused != null) {
				return new RoleProbe(refused);
			}
			throw ex;
		}
	}

	/**
	 * Open the pool with one connection. That is asked last: what HikariCP learns while
	 * it sets up the first connection holds for all, and if it had been dead by then,
	 * none would ever be good.
	 */
	private RoleProbe open(HikariConfig config, Connection first) throws SQLException {
		config.setExceptionOverride(new SqlErrorListener(config.getExceptionOverride(), this::connectionBroke,
				this::writeRefused, this::isClosed));
		this.connections.source().offer(first);
		HikariAdapter adapter = HikariStartup.open(config);
		RoleProbe answer;
		try {
			answer = this.probe.on(adapter);
		}
		catch (Throwable ex) {
			adapter.close();
			throw ex;
		}
		this.pool.opened(adapter);
		if (this.connections.isRetired()) {
			// the thread that retired it may have looked for a pool before there was one
			this.pool.close();
		}
		return answer;
	}

	private void connectionBroke(SQLException fault) {
		this.pool.notes.connectionBroke(fault);
		this.pool.faults.connectionBroke(fault);
	}

	private void writeRefused(SQLException fault) {
		this.pool.notes.writeRefused(fault);
		this.pool.faults.writeRefused();
	}

	private boolean isClosed() {
		HikariDataSource dataSource = this.pool.getDataSource();
		return dataSource != null && dataSource.isClosed();
	}

	/**
	 * Asks the server on a connection of its pool.
	 */
	interface Probe {

		RoleProbe on(HikariAdapter adapter) throws SQLException;

	}

}
