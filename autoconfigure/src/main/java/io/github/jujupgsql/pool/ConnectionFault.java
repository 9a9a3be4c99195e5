package io.github.jujupgsql.pool;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection's failure beyond what the driver says: which server it
 * led to, what that was, what has been done to it, and whether what the application was
 * doing may have been carried out. Suppressed in the driver's exception, and without a
 * stack trace of its own.
 *
 * @since 0.1.0
 */
public final class ConnectionFault extends Exception {

	/** SQLSTATE "transaction resolution unknown". */
	static final String OUTCOME_UNKNOWN = "08007";

	/**
	 * SQLSTATE "connection does not exist": the driver has closed it before, or its
	 * server has left. Nothing has been sent.
	 */
	static final String CLOSED_BEFORE = "08003";

	private static final long serialVersionUID = 1L;

	/** Chains of exceptions are short, unless they are endless. */
	private static final int DEPTH = 20;

	private final boolean outcomeUnknown;

	ConnectionFault(String message, boolean outcomeUnknown) {
		super(message, null, false, false);
		this.outcomeUnknown = outcomeUnknown;
	}

	/**
	 * Return whether what the application was doing may have been carried out: a commit,
	 * or a statement outside transactions. If not, nothing of it is left.
	 * @return whether it must not simply be repeated
	 */
	public boolean isOutcomeUnknown() {
		return this.outcomeUnknown;
	}

	/**
	 * Find what is known of the failure that has led to an exception.
	 * @param ex the exception, whoever has wrapped it
	 * @return what is known, or {@code null} if no connection of a server's pool has
	 * failed
	 */
	public static @Nullable ConnectionFault find(Throwable ex) {
		return find(ex, DEPTH);
	}

	private static @Nullable ConnectionFault find(@Nullable Throwable ex, int depth) {
		if (ex == null || depth == 0) {
			return null;
		}
		ConnectionFault found = suppressedIn(ex);
		if (found == null && ex instanceof SQLException fault) {
			found = find(fault.getNextException(), depth - 1);
		}
		return (found != null) ? found : find(ex.getCause(), depth - 1);
	}

	static @Nullable ConnectionFault suppressedIn(Throwable ex) {
		for (Throwable suppressed : ex.getSuppressed()) {
			if (suppressed instanceof ConnectionFault fault) {
				return fault;
			}
		}
		return null;
	}

}
