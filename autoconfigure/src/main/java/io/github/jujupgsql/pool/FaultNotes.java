package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

/**
 * Notes in the exceptions that an application gets from a pool's connections what is
 * known of their failure. Called by the threads that work, and {@link #cutOff} by the one
 * that assigns roles.
 */
final class FaultNotes {

	private final ServerPool pool;

	private final PoolListener listener;

	private final Ticker ticker;

	/** Written once, before any connection is cut off. */
	private volatile @Nullable CutOff cutOff;

	/**
	 * Create the notes of a pool.
	 * @param pool the pool
	 * @param listener knows what the relation says of its server
	 */
	FaultNotes(ServerPool pool, PoolListener listener) {
		this.pool = pool;
		this.listener = listener;
		this.ticker = pool.connections.getTicker();
	}

	/**
	 * Take note that the connections are about to be cut off.
	 * @param because why, as the end of a sentence
	 */
	void cutOff(String because) {
		if (this.cutOff == null) {
			this.cutOff = new CutOff(because, this.ticker.nanoTime());
		}
	}

	/**
	 * Note why a connection is of no use any more.
	 * @param fault what the thread is about to get that has worked on it
	 */
	void connectionBroke(SQLException fault) {
		boolean unknown = ConnectionFault.OUTCOME_UNKNOWN.equals(fault.getSQLState())
				|| (!ConnectionFault.CLOSED_BEFORE.equals(fault.getSQLState())
						&& this.pool.connections.getByThread().mayHaveWritten());
		note(fault, "", unknown);
	}

	/**
	 * Note that a server has refused to write, unless the application wants it so. It
	 * must have become a standby.
	 * @param fault what the thread is about to get that has worked on it
	 */
	void writeRefused(SQLException fault) {
		if (this.pool.isPrimary() && !this.pool.connections.getByThread().isMadeReadOnly()) {
			note(fault, "; it refuses to write, as a standby does", false);
		}
	}

	private void note(SQLException fault, String refusal, boolean unknown) {
		if (ConnectionFault.suppressedIn(fault) != null) {
			return;
		}
		fault.addSuppressed(new ConnectionFault(
				this.pool.getServer() + " was " + role() + "; " + this.listener.relationWord(this.pool) + refusal
						+ cutOff() + (unknown ? ". What was being done may have been carried out"
								: ". Nothing of what was being done is left"),
				unknown));
	}

	private String role() {
		Instant since = this.pool.getPrimarySince();
		if (this.pool.isPrimary() && since != null) {
			return "the primary since " + since.truncatedTo(ChronoUnit.SECONDS);
		}
		return this.pool.isPrimary() ? "the primary" : "a replica";
	}

	private String cutOff() {
		CutOff made = this.cutOff;
		if (made == null) {
			return "";
		}
		long millis = Duration.ofNanos(this.ticker.nanoTime() - made.at()).toMillis();
		return "; it was cut off " + millis + " ms ago" + (made.because().isEmpty() ? "" : ": " + made.because());
	}

	/**
	 * The end of a pool's connections.
	 *
	 * @param because why
	 * @param at when, as of the ticker
	 */
	private record CutOff(String because, long at) {

	}

}
