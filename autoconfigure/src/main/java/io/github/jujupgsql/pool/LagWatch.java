package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Measures how far standbys lag behind the primary, if there is a limit to it: one query
 * to each server for each time it is told to. Confined to the thread that assigns roles,
 * except that the servers are asked elsewhere.
 */
final class LagWatch {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final @Nullable Duration maximum;

	private final Executor background;

	private final Executor decisions;

	private final Runnable changed;

	private final PrimaryLog log = new PrimaryLog();

	private boolean primaryIsBeingAsked;

	/**
	 * Create the watch.
	 * @param maximum how far a standby may lag, or {@code null} if it does not matter
	 * @param background where servers are asked
	 * @param decisions the thread that assigns roles
	 * @param changed called there when a standby has fallen behind or caught up
	 */
	LagWatch(@Nullable Duration maximum, Executor background, Executor decisions, Runnable changed) {
		this.maximum = maximum;
		this.background = background;
		this.decisions = decisions;
		this.changed = changed;
	}

	boolean isNeeded() {
		return this.maximum != null;
	}

	/**
	 * Measure, unless there is no need to.
	 * @param primary the primary's pool, or {@code null} while there is none
	 * @param standbys the standbys that have answered
	 */
	void measure(@Nullable ServerPool primary, Collection<Member> standbys) {
		if (this.maximum == null) {
			return;
		}
		if (primary == null) {
			standbys.forEach(this::measure);
			return;
		}
		if (this.primaryIsBeingAsked) {
			return;
		}
		this.primaryIsBeingAsked = true;
		inBackground(() -> primary.ask(Replay::written), (at, written) -> {
			this.primaryIsBeingAsked = false;
			if (written != null) {
				this.log.add(at, written);
			}
			standbys.forEach(this::measure);
		});
	}

	private void measure(Member standby) {
		if (standby.beingMeasured) {
			return;
		}
		standby.beingMeasured = true;
		inBackground(() -> standby.pool.ask(Replay::of), (at, replay) -> {
			standby.beingMeasured = false;
			measured(standby, replay);
		});
	}

	/**
	 * Ask a server in the background and go on with its answer, or without one, whatever
	 * has gone wrong.
	 */
	private <T> void inBackground(Callable<@Nullable T> question, Answered<T> answered) {
		long at = System.nanoTime();
		try {
			this.background.execute(() -> {
				T answer = null;
				try {
					answer = question.call();
				}
				catch (Exception | Error ex) {
					logger.debug("A position in the write-ahead log is not known", ex);
				}
				T heard = answer;
				this.decisions.execute(() -> answered.with(at, heard));
			});
		}
		catch (RuntimeException | Error ex) {
			answered.with(at, null);
			throw ex;
		}
	}

	private void measured(Member standby, @Nullable Replay replay) {
		if (replay == null || this.maximum == null) {
			return;
		}
		Duration lag = this.log.lagOf(replay);
		standby.pool.setLag(lag);
		boolean behind = lag.compareTo(this.maximum) > 0;
		if (behind != standby.lagsBehind) {
			standby.lagsBehind = behind;
			String server = standby.pool.getServer();
			logger.info(behind ? "Standby " + server + " serves no reads: it lags by " + lag.toMillis() + " ms"
					: "Standby " + server + " has caught up");
			this.changed.run();
		}
	}

	/**
	 * What to do with an answer.
	 *
	 * @param <T> the type of the answer
	 */
	private interface Answered<T> {

		void with(long askedAt, @Nullable T answer);

	}

}
