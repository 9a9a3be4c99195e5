package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

import io.github.jujupgsql.driver.NothingSentException;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A connection that tells work that may have been carried out from work that certainly
 * has not, when it breaks. Belongs to the thread that has borrowed it, as its subclass
 * does.
 */
abstract class CommittingConnection extends ForgivingConnection {

	/** Whether each statement is a transaction of its own. */
	private boolean autoCommit = true;

	CommittingConnection(BaseConnection driver) {
		super(driver);
	}

	/**
	 * Return whether the server, or the session until it is returned, refuses to write.
	 */
	abstract boolean isForReading();

	/**
	 * Return whether the transaction has been made read-only, and refuses to write.
	 */
	abstract boolean isReadOnlyTransaction();

	/**
	 * Return whether a statement that has failed here may have been carried out, and
	 * lasts. What it says is not known, only where it was said.
	 */
	final boolean mayHaveWritten() {
		return this.autoCommit && !isForReading();
	}

	@Override
	public void commit() throws SQLException {
		try {
			super.commit();
		}
		catch (SQLException ex) {
			throw commitFailed(ex);
		}
	}

	@Override
	public void setAutoCommit(boolean autoCommit) throws SQLException {
		try {
			super.setAutoCommit(autoCommit);
		}
		catch (SQLException ex) {
			throw commitFailed(ex);
		}
		this.autoCommit = autoCommit;
	}

	/**
	 * Tell a commit that may have been carried out from one that certainly has not: the
	 * server has not been sent it, there was nothing to commit, or nothing that would
	 * have been.
	 */
	private SQLException commitFailed(SQLException fault) {
		boolean unknown = SqlErrorListener.isBroken(fault) && !ConnectionFault.CLOSED_BEFORE.equals(fault.getSQLState())
				&& !NothingSentException.isCauseOf(fault) && !isForReading() && !isReadOnlyTransaction()
				&& this.driver.getTransactionState() == TransactionState.OPEN;
		return unknown ? new SQLNonTransientConnectionException(
				"The connection was lost in a commit, which may have been carried out: " + fault.getMessage(),
				ConnectionFault.OUTCOME_UNKNOWN, fault) : fault;
	}

}
