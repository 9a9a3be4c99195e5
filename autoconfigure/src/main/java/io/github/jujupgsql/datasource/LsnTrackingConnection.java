package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

import io.github.jujupgsql.pool.ServerPool;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A connection of the primary that reports to a scope how far it has committed. It asks
 * the server for the position once, when it is closed, and not at all if everything was
 * read-only or rolled back. Until then the scope's position is unknown.
 * <p>
 * A {@code SELECT} may call a function that writes, so any statement in a read-write
 * transaction counts as a write.
 */
final class LsnTrackingConnection extends BorrowedConnection {

	private static final Log logger = LogFactory.getLog(LsnTrackingConnection.class);

	/**
	 * Where the next record will be, which is after the commit's, also if that was
	 * asynchronous. At the beginning of a page that is behind the page's header, which no
	 * standby replays before the next record is there.
	 */
	private static final String POSITION = """
			SELECT (next OPERATOR(pg_catalog.-) CASE WHEN next OPERATOR(pg_catalog.%)
			pg_catalog.current_setting('wal_block_size')::pg_catalog.numeric OPERATOR(pg_catalog.=) 24
			THEN 24 ELSE 0 END)::pg_catalog.int8
			FROM (SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') AS next) AS position""";

	private static final Set<String> STATEMENTS = Set.of("createStatement", "prepareStatement", "prepareCall");

	private final CommittedLsn committed;

	/** Whether a statement that could have written has run in this transaction. */
	private boolean used;

	/** Whether the application has unwrapped the driver's connection. */
	private boolean unwrapped;

	/** Whether the scope has been told that there may be a commit. */
	private boolean announced;

	private LsnTrackingConnection(Connection connection, ServerPool pool, CommittedLsn committed) {
		super(connection, pool);
		this.committed = committed;
	}

	/**
	 * Track what is committed on a connection, if this thread is in a scope.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @return the connection to lend
	 */
	static Connection beginInScope(Connection connection, ServerPool pool) {
		CommittedLsn committed = ReadYourWrites.current();
		return (committed != null) ? new LsnTrackingConnection(connection, pool, committed).proxy() : connection;
	}

	@Override
	void before(String method, Object @Nullable [] arguments) throws SQLException {
		if (STATEMENTS.contains(method)) {
			boolean autoCommit = this.connection.getAutoCommit();
			// outside transactions, the driver lets a read-only connection write
			this.used |= autoCommit || !this.connection.isReadOnly();
			if (autoCommit) {
				announce();
			}
		}
		else if (method.equals("unwrap")) {
			// COPY and large objects do not pass through this proxy
			this.unwrapped = true;
			announce();
		}
		else if (method.equals("commit") || method.equals("setAutoCommit")) {
			if (!this.connection.isReadOnly() && isInTransaction()) {
				announce();
			}
			this.used = false;
		}
		else if (method.equals("rollback") && arguments == null) {
			this.used = false;
		}
	}

	/**
	 * Return what the driver knows without asking the server.
	 */
	private boolean isInTransaction() throws SQLException {
		return this.connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
	}

	private void announce() {
		if (!this.announced) {
			this.announced = true;
			this.committed.begin();
		}
	}

	@Override
	void beforeReturn() {
		if (this.used || this.unwrapped) {
			// the application may have written "COMMIT" as a statement
			announce();
		}
		if (this.announced) {
			try {
				this.committed.complete(position());
			}
			catch (SQLException ex) {
				logger.debug("The position of a commit that " + this.pool + " has acknowledged is not known", ex);
				this.committed.lose();
				// returning it would fail, although the commit has succeeded
				evict();
			}
		}
	}

	private long position() throws SQLException {
		if (!this.connection.getAutoCommit()) {
			this.connection.rollback();
		}
		return InternalStatements.queryForLong(this.connection, POSITION);
	}

}
