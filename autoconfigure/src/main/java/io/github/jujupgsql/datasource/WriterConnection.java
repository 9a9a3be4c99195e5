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
 * A connection of the primary which tells a scope up to where it has committed something.
 * It asks the server for that once, when it is closed, and not at all if all that it did
 * was read-only or rolled back. Until then the scope knows only that there is something.
 * <p>
 * Only the server knows whether a statement has written: a function may have. So whatever
 * could have counts.
 */
final class WriterConnection extends BorrowedConnection {

	private static final Log logger = LogFactory.getLog(WriterConnection.class);

	/**
	 * Where the next record will be, which is after the commit's, also if that was
	 * asynchronous. In the beginning of a page that is behind the page's header, to where
	 * nobody has replayed before the next record is there.
	 */
	private static final String POSITION = """
			SELECT (next OPERATOR(pg_catalog.-) CASE WHEN next OPERATOR(pg_catalog.%)
			pg_catalog.current_setting('wal_block_size')::pg_catalog.numeric OPERATOR(pg_catalog.=) 24
			THEN 24 ELSE 0 END)::pg_catalog.int8
			FROM (SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') AS next) AS position""";

	private static final Set<String> STATEMENTS = Set.of("createStatement", "prepareStatement", "prepareCall");

	private final Writes writes;

	/** Whether there has been a statement that could have written since the last end. */
	private boolean used;

	/** Whether the application has got the driver's connection, and may use that. */
	private boolean unwrapped;

	/** Whether the scope knows that there may be something. */
	private boolean announced;

	private WriterConnection(Connection connection, ServerPool pool, Writes writes) {
		super(connection, pool);
		this.writes = writes;
	}

	static Connection begin(Connection connection, ServerPool pool, Writes writes) {
		return new WriterConnection(connection, pool, writes).proxy();
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
			// COPY, large objects: what is done there is not seen here, from now on
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
	 * Ask the driver, which asks nobody.
	 */
	private boolean isInTransaction() throws SQLException {
		return this.connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
	}

	private void announce() {
		if (!this.announced) {
			this.announced = true;
			this.writes.committing();
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
				this.writes.committed(position());
			}
			catch (SQLException ex) {
				logger.debug("Where a commit is that " + this.pool + " has acknowledged is not known", ex);
				this.writes.lost();
				// returning it would fail, although what was committed is
				evict();
			}
		}
	}

	private long position() throws SQLException {
		if (!this.connection.getAutoCommit()) {
			this.connection.rollback();
		}
		return OwnStatements.queryForLong(this.connection, POSITION);
	}

}
