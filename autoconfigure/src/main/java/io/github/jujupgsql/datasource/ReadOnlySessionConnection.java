package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;

import io.github.jujupgsql.pool.ServerPool;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A connection of the primary whose session refuses to write, as a standby would, until
 * it is closed. The server enforces that: the driver's read-only mode covers transactions
 * alone.
 */
final class ReadOnlySessionConnection extends BorrowedConnection {

	private static final Log logger = LogFactory.getLog(ReadOnlySessionConnection.class);

	private ReadOnlySessionConnection(Connection connection, ServerPool pool) {
		super(connection, pool);
	}

	/**
	 * Make a connection's session read-only.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @return the connection, which leaves the session as it was when it is closed
	 * @throws SQLException if the connection is of no use
	 */
	static Connection begin(Connection connection, ServerPool pool) throws SQLException {
		// tells the application, which may ask the driver
		connection.setReadOnly(true);
		InternalStatements.execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
		pool.lendReadOnlySession(connection);
		return new ReadOnlySessionConnection(connection, pool).proxy();
	}

	@Override
	void beforeReturn() {
		try {
			if (!this.connection.isClosed()) {
				if (!this.connection.getAutoCommit()) {
					this.connection.rollback();
				}
				InternalStatements.execute(this.connection, "RESET default_transaction_read_only");
			}
		}
		catch (SQLException ex) {
			logger.debug("A session of " + this.pool + " stays read-only, and is ended", ex);
			evict();
		}
	}

}
