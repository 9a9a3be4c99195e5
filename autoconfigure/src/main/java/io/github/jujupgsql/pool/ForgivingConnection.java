package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.concurrent.Executor;

import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A connection that can be rolled back, reset and returned when it is broken. The server
 * rolls back what has not been committed, so there is nothing left to do; if these
 * failed, HikariCP and Spring would log it for each connection. Everything else fails as
 * ever, above all a commit. A broken connection is returned to the pool, where its next
 * borrower gets rid of it.
 */
abstract class ForgivingConnection extends DelegatingConnection {

	/** Whether it has been rolled back after it broke. */
	private boolean rolledBack;

	ForgivingConnection(BaseConnection driver) {
		super(driver);
	}

	/**
	 * Take note that it turned out to be broken while it was cleaned up, which is told to
	 * neither HikariCP nor the application.
	 * @param fault what the driver has thrown
	 */
	abstract void broke(SQLException fault);

	/**
	 * Throw an exception, unless it says that the connection is broken.
	 * @param fault what the driver has thrown
	 * @throws SQLException if the connection is not broken
	 */
	final void failUnlessBroken(SQLException fault) throws SQLException {
		if (!this.driver.isClosed()) {
			throw fault;
		}
		broke(fault);
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
		forgive(() -> super.rollback(savepoint));
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
		forgive(() -> super.setReadOnly(readOnly));
	}

	@Override
	public void setTransactionIsolation(int level) throws SQLException {
		forgive(() -> super.setTransactionIsolation(level));
	}

	@Override
	public void setCatalog(String catalog) throws SQLException {
		forgive(() -> super.setCatalog(catalog));
	}

	@Override
	public void setSchema(String schema) throws SQLException {
		forgive(() -> super.setSchema(schema));
	}

	@Override
	public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
		forgive(() -> super.setNetworkTimeout(executor, milliseconds));
	}

	/**
	 * Do what does not matter any more if the connection is broken.
	 */
	private void forgive(Step step) throws SQLException {
		try {
			step.run();
		}
		catch (SQLException ex) {
			failUnlessBroken(ex);
		}
	}

	/**
	 * Something that may fail on a broken connection.
	 */
	private interface Step {

		void run() throws SQLException;

	}

}
