package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import com.zaxxer.hikari.SQLExceptionOverride;
import org.jspecify.annotations.Nullable;

/**
 * Listens to every error that an application gets from a pool's connections: HikariCP
 * asks what to do about each exception of the chain, and does not say on which
 * connection. The answer is to keep a broken one, which the next borrower evicts, unless
 * the application has an override of its own.
 */
final class SqlErrorListener implements SQLExceptionOverride {

	/** The server is shutting down, has crashed, or cannot be connected to now. */
	static final Set<String> SERVER_WENT = Set.of("57P01", "57P02", "57P03");

	private static final String READ_ONLY_TRANSACTION = "25006";

	private final @Nullable SQLExceptionOverride users;

	private final Consumer<SQLException> broken;

	private final Consumer<SQLException> writeRefused;

	private final BooleanSupplier poolClosed;

	/**
	 * Create the listener.
	 * @param users what the application has configured itself, if it has
	 * @param broken called when a connection is of no use any more
	 * @param writeRefused called when a transaction turns out to be read-only
	 * @param poolClosed whether HikariCP has closed the pool, and trips over a connection
	 * that is returned there
	 */
	SqlErrorListener(@Nullable SQLExceptionOverride users, Consumer<SQLException> broken,
			Consumer<SQLException> writeRefused, BooleanSupplier poolClosed) {
		this.users = users;
		this.broken = broken;
		this.writeRefused = writeRefused;
		this.poolClosed = poolClosed;
	}

	@java.lang.Override
	public Override adjudicate(SQLException fault) {
		boolean broken = isBroken(fault);
		if (broken) {
			this.broken.accept(fault);
		}
		else if (READ_ONLY_TRANSACTION.equals(fault.getSQLState())) {
			this.writeRefused.accept(fault);
		}
		Override wanted = (this.users != null) ? this.users.adjudicate(fault) : Override.CONTINUE_EVICT;
		// HikariCP would warn with a stack trace, and fail what is to clean up
		return (broken && wanted == Override.CONTINUE_EVICT && !this.poolClosed.getAsBoolean()) ? Override.DO_NOT_EVICT
				: wanted;
	}

	/**
	 * Return whether a fault is about the connection, not about what was done with it.
	 * @param fault what was thrown
	 * @return whether there is reason to get rid of the connection
	 */
	static boolean isBroken(SQLException fault) {
		String state = fault.getSQLState();
		return state != null && (state.startsWith("08") || SERVER_WENT.contains(state));
	}

}
