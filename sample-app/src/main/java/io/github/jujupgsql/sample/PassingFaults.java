package io.github.jujupgsql.sample;

import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;
import org.springframework.resilience.retry.MethodRetryPredicate;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Tells the database's faults that pass from those that would only come again.
 */
class PassingFaults implements MethodRetryPredicate {

	/**
	 * SQLSTATE classes of faults that pass: connection lost, transaction rolled back (on
	 * a standby: conflict with recovery), out of resources, shutting down.
	 */
	private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

	/** The server turned out to be a standby. */
	private static final String READ_ONLY_TRANSACTION = "25006";

	/**
	 * Only what the database or the transaction threw itself: a commit of unknown outcome
	 * has such a fault as its cause, and must not be repeated.
	 */
	@Override
	public boolean shouldRetry(Method method, Throwable ex) {
		return ex instanceof NestedRuntimeException fault && isPassing(fault);
	}

	static boolean isPassing(NestedRuntimeException ex) {
		return ex instanceof CannotCreateTransactionException || isLostInCommit(ex)
				|| (databaseFault(ex) instanceof SQLException fault && isPassing(fault.getSQLState()));
	}

	/**
	 * After a commit on a lost connection, the rollback fails as well, and nothing but
	 * the log tells why.
	 */
	private static boolean isLostInCommit(NestedRuntimeException ex) {
		return ex instanceof TransactionSystemException failed && failed.getApplicationException() == null;
	}

	private static boolean isPassing(@Nullable String sqlState) {
		return READ_ONLY_TRANSACTION.equals(sqlState)
				|| (sqlState != null && sqlState.length() == 5 && PASSING.contains(sqlState.substring(0, 2)));
	}

	/**
	 * The driver's exception, if there is one: its own cause may be a mere end of file. A
	 * rollback on a lost connection fails as well, and hides what went wrong first.
	 */
	static Throwable databaseFault(Throwable ex) {
		Throwable hidden = (ex instanceof TransactionSystemException failed) ? failed.getApplicationException() : null;
		Throwable cause = (hidden != null) ? hidden : ex.getCause();
		return (ex instanceof SQLException || cause == null) ? ex : databaseFault(cause);
	}

}
