package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.Set;

import com.zaxxer.hikari.SQLExceptionOverride;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every error that an application gets from a pool's connections. HikariCP tells
 * what it was, not on which connection.
 */
final class FaultWatch implements SQLExceptionOverride {

	/** The server is shutting down, has crashed, or cannot be connected to now. */
	private static final Set<String> SERVER_WENT = Set.of("57P01", "57P02", "57P03");

	private static final String READ_ONLY_TRANSACTION = "25006";

	private final @Nullable SQLExceptionOverride users;

	private final Runnable broken;

	private final Runnable writeRefused;

	/**
	 * Create the watch.
	 * @param users what the application has configured itself, if it has
	 * @param broken called when a connection is of no use any more
	 * @param writeRefused called when a transaction turns out to be read-only
	 */
	FaultWatch(@Nullable SQLExceptionOverride users, Runnable broken, Runnable writeRefused) {
		this.users = users;
		this.broken = broken;
		this.writeRefused = writeRefused;
	}

	@java.lang.Override
	public Override adjudicate(SQLException fault) {
		String state = fault.getSQLState();
		if (READ_ONLY_TRANSACTION.equals(state)) {
			this.writeRefused.run();
		}
		else if (state != null && (state.startsWith("08") || SERVER_WENT.contains(state))) {
			this.broken.run();
		}
		return (this.users != null) ? this.users.adjudicate(fault) : Override.CONTINUE_EVICT;
	}

}
