package io.github.jujupgsql.pool;

import java.sql.SQLException;

import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says why a server could not be asked, by the SQLSTATE of what was thrown.
 */
final class ConnectFailure {

	private static final String INVALID_PASSWORD = "28P01";

	private static final String INVALID_AUTHORIZATION = "28000";

	/** Where PostgreSQL refuses a role that does not exist or may not log in. */
	private static final String REFUSES_ROLE = "InitializeSessionUserId";

	private static final int LONGEST_REASON = 500;

	private ConnectFailure() {
	}

	/**
	 * Classify a failure.
	 * @param fault what was thrown
	 * @return what it means; where there is no SQLSTATE, the name of the exception stands
	 * in its place
	 */
	static ProbeAnswer of(Throwable fault) {
		if (!(fault instanceof SQLException sqlFault)) {
			return new ProbeAnswer(Kind.NOT_ASKED, fault.getClass().getName(), oneLine(fault.toString()));
		}
		SQLException root = innermost(sqlFault);
		String state = String.valueOf(root.getSQLState());
		ServerErrorMessage said = said(root);
		String words = oneLine(root.getMessage() + detail(root));
		// servers speak many languages, and the state is the same in all of them
		String reason = (said != null) ? words + " (SQLSTATE " + state + ")" : words;
		return new ProbeAnswer(answer(root, said, state), state, reason);
	}

	private static @Nullable ServerErrorMessage said(SQLException fault) {
		return (fault instanceof PSQLException ex) ? ex.getServerErrorMessage() : null;
	}

	/**
	 * HikariCP wraps what the server or the driver said into a timeout of its own.
	 * @param fault what was thrown
	 * @return the first cause that is about the database
	 */
	private static SQLException innermost(SQLException fault) {
		SQLException innermost = fault;
		for (Throwable cause = fault.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException sqlException) {
				innermost = sqlException;
			}
		}
		return innermost;
	}

	/**
	 * Where the network or TLS fails, the driver says at which step and keeps why to
	 * itself.
	 */
	private static String detail(SQLException fault) {
		Throwable cause = fault.getCause();
		return (cause == null || "Connection refused".equals(cause.getMessage())) ? ""
				: " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")";
	}

	private static Kind answer(SQLException fault, @Nullable ServerErrorMessage said, String state) {
		if (state.equals(INVALID_PASSWORD) || (state.equals(INVALID_AUTHORIZATION) && isAboutRole(fault, said))) {
			return Kind.CREDENTIALS_REFUSED;
		}
		return (said != null && !SqlErrorListener.SERVER_WENT.contains(state)) ? Kind.REFUSED : Kind.UNREACHABLE;
	}

	/**
	 * PostgreSQL uses the same SQLSTATE where {@code pg_hba.conf} has no entry, which
	 * comes and goes with addresses. Its routine's name is the same in all languages;
	 * poolers tell none.
	 */
	private static boolean isAboutRole(SQLException fault, @Nullable ServerErrorMessage said) {
		String routine = (said != null) ? said.getRoutine() : null;
		if (routine != null) {
			return routine.equals(REFUSES_ROLE);
		}
		String message = String.valueOf(fault.getMessage());
		return !message.contains("pg_hba.conf") && (message.contains("role") || message.contains("password"));
	}

	/**
	 * Servers and drivers choose their words, also over several lines: one line of a log
	 * must not look like two.
	 * @param text what one of them has said
	 * @return the same on one line, shortened if need be
	 */
	static String oneLine(String text) {
		String line = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
		return (line.length() <= LONGEST_REASON) ? line : line.substring(0, LONGEST_REASON) + "…";
	}

}
