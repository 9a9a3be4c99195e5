package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a pool's server for other things than its role. Every method blocks, and does not
 * queue for a connection of the pool. Can be used by any thread.
 */
final class ServerQuestions {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private final ServerPool pool;

	private final Duration timeout;

	private final long borrowMillis;

	/**
	 * Create what asks.
	 * @param pool the pool of the server
	 */
	ServerQuestions(ServerPool pool) {
		this.pool = pool;
		PoolTimes times = pool.connections.getTimes();
		this.timeout = times.answerTimeout();
		this.borrowMillis = times.idleBorrow().toMillis();
	}

	/**
	 * Ask the server something, on a connection that is idle or, if there is none, on one
	 * of our own.
	 * @param <T> the type of the answer
	 * @param question the question
	 * @return the answer, or {@code null} while the pool is not open
	 * @throws SQLException if there is no answer in time
	 */
	<T> @Nullable T ask(Question<T> question) throws SQLException {
		HikariAdapter adapter = this.pool.adapter();
		if (adapter == null) {
			return null;
		}
		if (adapter.lendsAtOnce()) {
			try (Connection connection = adapter.getConnection(this.borrowMillis)) {
				return RoleCheck.ask(connection, this.timeout, question);
			}
			catch (SQLTransientConnectionException ex) {
				logger.debug("The idle connection of " + this.pool.getName() + " has been taken", ex);
			}
		}
		try (Connection connection = this.pool.connections.getDialler().open()) {
			return RoleCheck.ask(connection, this.timeout, question);
		}
	}

	/**
	 * Return whether the server answers on a connection that is open. One that is in use
	 * is not waited for.
	 */
	boolean answersStill() {
		HikariAdapter adapter = this.pool.adapter();
		try {
			while (adapter != null && adapter.lendsAtOnce()) {
				if (isAnswered(adapter, adapter.getConnection(this.borrowMillis))) {
					return true;
				}
			}
		}
		catch (SQLException ex) {
			logger.debug("The idle connection of " + this.pool.getName() + " has been taken", ex);
		}
		return adapter != null && adapter.active() > 0;
	}

	private boolean isAnswered(HikariAdapter adapter, Connection connection) {
		try {
			RoleCheck.ask(connection, this.timeout, RoleQuery.ROLE);
			connection.close();
			return true;
		}
		catch (SQLException ex) {
			adapter.evict(connection);
			return false;
		}
	}

}
