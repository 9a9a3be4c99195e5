package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.concurrent.Executor;

import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A connection to a server as HikariCP pools it: the driver's, which remembers whether a
 * reader has had it, and can be rolled back, reset and returned when it is broken. The
 * server rolls back what has not been committed, so there is nothing left to do; if these
 * failed, HikariCP and Spring would log it for each connection. Everything else fails as
 * ever, above all a commit. A broken connection is returned to the pool, where its next
 * borrower gets rid of it.
 * <p>
 * All fields belong to the thread that has borrowed it from HikariCP, which passes them
 * on from one borrower to the next. No other thread looks at the driver's state.
 */
final class PhysicalConnection extends DelegatingConnection {

	private final ServerConnections owner;

	/** Whether a reader may have left something in the session. */
	private boolean usedByReader;

	/** Whether a reader has it, or had it when the server stopped being a replica. */
	private boolean withReader;

	/** Whether it is lent for a read. */
	private boolean reading;

	/** What the driver was told last. */
	private boolean readOnly;

	/** Whether it was told so here, and neither by HikariCP nor by a borrower. */
	private boolean readOnlyForReaders;

	/** Whether it has been rolled back after it broke. */
	private boolean rolledBack;

	/** Whether the server has told by itself what it denied when it was asked. */
	private boolean misinformed;

	/**
	 * Create a connection.
	 * @param driver the driver's connection
	 * @param owner has opened it
	 */
	PhysicalConnection(BaseConnection driver, ServerConnections owner) {
		super(driver);
		this.owner = owner;
	}

	/**
	 * Take note that a reader gets it. A standby refuses to write; the driver is told for
	 * the sake of those who ask it, once and not each time.
	 * @throws SQLException if the connection is of no use
	 */
	void lendToReader() throws SQLException {
		if (!this.readOnly) {
			setReadOnly(true);
			this.readOnlyForReaders = true;
		}
		this.usedByReader = true;
		this.withReader = true;
		if (!this.reading) {
			this.reading = true;
			this.owner.getReads().begun();
		}
	}

	/**
	 * Make it what a writer expects of the driver.
	 * @throws SQLException if the connection is of no use
	 */
	void endReading() throws SQLException {
		if (this.readOnlyForReaders) {
			setReadOnly(false);
		}
	}

	/**
	 * Take note that it comes back. While it is aborted two threads may do so, and its
	 * pool is not read from any more.
	 */
	private void returned() {
		if (this.reading) {
			this.reading = false;
			this.owner.getReads().returned();
		}
	}

	/**
	 * Return whether the server has told, together with its last answer, that it is not
	 * in recovery. Looks only if there has been an answer since this was last called,
	 * because a look costs as much as a fifth of borrowing.
	 * @return whether it seems to have been promoted
	 */
	boolean tellsOfPromotion() {
		if (!this.used || this.misinformed) {
			return false;
		}
		this.used = false;
		return RoleCheck.hasTold(this.driver, ServerRole.PRIMARY);
	}

	/**
	 * Take note that the server denies it: a pooler in between tells what another one has
	 * said.
	 */
	void deniesPromotion() {
		this.misinformed = true;
	}

	/**
	 * Take note that its session is as good as a fresh one.
	 */
	void forgetReaders() {
		this.usedByReader = false;
	}

	boolean isUsedByReader() {
		return this.usedByReader;
	}

	/**
	 * Return whether a reader had it when the server stopped being a replica.
	 * @return whether it must not be lent to writers
	 */
	boolean wasWithReader() {
		return this.withReader;
	}

	@Override
	public void rollback() throws SQLException {
		try {
			super.rollback();
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
			this.rolledBack = true;
		}
	}

	/**
	 * Nothing can follow in that transaction, so it does not matter to where it is rolled
	 * back.
	 */
	@Override
	public void rollback(Savepoint savepoint) throws SQLException {
		try {
			super.rollback(savepoint);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	/**
	 * In a transaction, {@code true} commits it, and has to fail.
	 */
	@Override
	public void setAutoCommit(boolean autoCommit) throws SQLException {
		try {
			super.setAutoCommit(autoCommit);
		}
		catch (SQLException ex) {
			if (!this.rolledBack && this.driver.getTransactionState() != TransactionState.IDLE) {
				throw ex;
			}
			failUnlessBroken(ex);
		}
	}

	@Override
	public void setReadOnly(boolean readOnly) throws SQLException {
		try {
			super.setReadOnly(readOnly);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
		this.readOnly = readOnly;
		this.readOnlyForReaders = false;
	}

	@Override
	public void setTransactionIsolation(int level) throws SQLException {
		try {
			super.setTransactionIsolation(level);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	@Override
	public void setCatalog(String catalog) throws SQLException {
		try {
			super.setCatalog(catalog);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	@Override
	public void setSchema(String schema) throws SQLException {
		try {
			super.setSchema(schema);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	@Override
	public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
		try {
			super.setNetworkTimeout(executor, milliseconds);
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	/**
	 * The last thing that HikariCP does with a connection that is returned.
	 */
	@Override
	public void clearWarnings() throws SQLException {
		try {
			super.clearWarnings();
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
			this.owner.getOpen().markUnverified(this);
		}
		returned();
		if (this.withReader) {
			this.withReader = this.owner.getRole() != ServerRole.REPLICA;
		}
	}

	/**
	 * The driver refuses once it is closed, but its state is asked for then, too.
	 */
	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		this.used = true;
		return type.isInstance(this.driver) ? type.cast(this.driver) : super.unwrap(type);
	}

	private void failUnlessBroken(SQLException fault) throws SQLException {
		if (!this.driver.isClosed()) {
			throw fault;
		}
		this.owner.broke(fault);
	}

	@Override
	public void close() throws SQLException {
		try {
			super.close();
		}
		finally {
			returned();
			this.owner.getOpen().remove(this);
		}
	}

}
