package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Whether a session that a reader or a writer has had is as a new one would be, so that
 * it may be lent to writers.
 * <p>
 * {@link #freshSession} and {@link #readOnlyBySetUp} are written by the one thread that
 * asks the server while there is no pool, and before there is one.
 */
final class SessionFitness {

	private final ServerConnections connections;

	/**
	 * The {@link SessionState} of a standby's session that has not been lent, or
	 * {@code null} if there is none to compare others with.
	 */
	private volatile @Nullable String freshSession;

	/** Whether HikariCP has made it read-only. */
	private volatile boolean readOnlyBySetUp;

	SessionFitness(ServerConnections connections) {
		this.connections = connections;
	}

	/**
	 * Take note of what a session is like that HikariCP has just set up and that has not
	 * been lent.
	 * @param physical the connection
	 * @param check what its server has answered
	 * @param timeout how long asking for more may take
	 * @throws SQLException if it does not answer in time
	 */
	void learn(PhysicalConnection physical, RoleCheck check, Duration timeout) throws SQLException {
		this.readOnlyBySetUp = check.readOnlySession() && !this.connections.getLastAttempt().beginReadOnly();
		if (check.is(ServerRole.REPLICA)) {
			this.freshSession = RoleCheck.ask(physical, timeout, RoleQuery.SESSION).session();
		}
	}

	/**
	 * Ask a server for its role, and for what readers may have left in the session.
	 * @param physical the connection to ask on
	 * @param timeout how long that may take
	 * @param identity whether to ask who the server is, too
	 * @return the answer
	 * @throws SQLException if it does not answer in time
	 */
	RoleCheck ask(PhysicalConnection physical, Duration timeout, boolean identity) throws SQLException {
		boolean compare = physical.isUsedByReader() && this.freshSession != null;
		return RoleCheck.ask(physical, timeout, RoleQuery.of(identity, compare));
	}

	/**
	 * Return whether a session of the primary is as a new one would be.
	 * @param check what the server has answered in this session
	 * @param physical the connection
	 * @return whether it may be lent to writers
	 */
	boolean isFitForWriters(RoleCheck check, PhysicalConnection physical) {
		if (physical.isUsedByReader()) {
			return check.session() != null && check.session().equals(this.freshSession);
		}
		// a writer has left it read-only, unless a new one would be, too
		return !check.readOnlySession() || this.readOnlyBySetUp || this.connections.getLastAttempt().beginReadOnly()
				|| this.connections.getOpen().wasNeverVerified(physical);
	}

}
