package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.RetryBackoff;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.support.JdbcUtils;

/**
 * Finds out whether connections to a server can be set up, and remembers if not: what it
 * refuses it will refuse again, until it gets another role or is configured otherwise. So
 * it is asked for its role each time, and tried out more and more rarely.
 * <p>
 * {@link #refusal} is written by the one thread that asks the server at that time, while
 * there is no pool.
 */
final class SetUpTrial {

	private final Duration timeout;

	private final Ticker ticker;

	private volatile @Nullable Refusal refusal;

	/**
	 * Create a trial.
	 * @param timeout how long a server may take to tell its role
	 * @param ticker tells the time
	 */
	SetUpTrial(Duration timeout, Ticker ticker) {
		this.timeout = timeout;
		this.ticker = ticker;
	}

	/**
	 * Return whether a pool cannot be opened whatever the server says.
	 * @return why not, or {@code null} if it can be tried
	 */
	@Nullable RoleCheck pending() {
		Refusal last = this.refusal;
		return (last != null && last.role() == null && !isOver(last)) ? last.check() : null;
	}

	/**
	 * Return whether to try a connection out before HikariCP gets another one.
	 * @param setUp what would be done to it
	 * @param connection a connection that has just been opened
	 * @return whether the server may refuse it
	 */
	boolean isNeeded(ConnectionSetUp setUp, PhysicalConnection connection) {
		return this.refusal != null
				|| (setUp.mayFailInRecovery() && RoleCheck.hasTold(connection.driver, ServerRole.REPLICA));
	}

	/**
	 * Try a connection out, and close it.
	 * @param setUp what is done to it
	 * @param connection the connection
	 * @return the server's refusal, or {@code null} if it refuses nothing
	 * @throws SQLException if the connection breaks
	 */
	@Nullable RoleCheck tryOut(ConnectionSetUp setUp, Connection connection) throws SQLException {
		try {
			Kind role = RoleCheck.ask(connection, this.timeout, RoleQuery.ROLE).kind();
			Refusal last = this.refusal;
			if (last != null && last.role() == role && !isOver(last)) {
				return last.check();
			}
			String reason = setUp.tryOn(connection, (role == Kind.IN_RECOVERY) ? "there, in recovery" : "there");
			if (reason != null) {
				return remember(role, reason);
			}
		}
		catch (SQLException ex) {
			if (!ConnectionSetUp.isRefusal(ex)) {
				throw ex;
			}
			return remember(null, "it does not tell its role: " + ConnectionSetUp.describe(ex));
		}
		finally {
			JdbcUtils.closeConnection(connection);
		}
		this.refusal = null;
		return null;
	}

	/**
	 * Take note that a pool cannot be opened.
	 * @param fault what was thrown
	 * @return what to tell of it
	 */
	RoleCheck failed(Throwable fault) {
		return remember(null, ConnectFailure.oneLine("the pool cannot be opened: " + fault), RetryBackoff.RECOVERY);
	}

	private RoleCheck remember(@Nullable Kind role, String reason) {
		return remember(role, reason, RetryBackoff.SETTINGS);
	}

	private RoleCheck remember(@Nullable Kind role, String reason, RetryBackoff backoff) {
		Refusal last = this.refusal;
		int times = (last != null && last.role() == role) ? last.times() + 1 : 1;
		RoleCheck check = RoleCheck.setUpRefused(reason);
		this.refusal = new Refusal(check, role, times, this.ticker.nanoTime() + backoff.pauseAfter(times).toNanos());
		return check;
	}

	private boolean isOver(Refusal last) {
		return this.ticker.nanoTime() - last.until() >= 0;
	}

	/**
	 * What did not work.
	 *
	 * @param check what to tell of it
	 * @param role the role in which the server refused it, or {@code null} if that does
	 * not matter
	 * @param times how often it has
	 * @param until when to try again, as of the ticker
	 */
	private record Refusal(RoleCheck check, @Nullable Kind role, int times, long until) {

	}

}
