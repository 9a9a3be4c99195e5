package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
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
		this.background.execute(() -> {
			try {
				long at = System.nanoTime();
				Long written = primary.ask(Replay::written);
				this.decisions.execute(() -> {
					if (written != null) {
						this.log.add(at, written);
					}
					standbys.forEach(this::measure);
				});
			}
			catch (SQLException ex) {
				logger.debug("The primary's position is not known", ex);
				this.decisions.execute(() -> standbys.forEach(this::measure));
			}
		});
	}

	private void measure(Member standby) {
		if (standby.beingMeasured) {
			return;
		}
		standby.beingMeasured = true;
		this.background.execute(() -> {
			Replay replay = null;
			try {
				replay = standby.pool.ask(Replay::of);
			}
			catch (SQLException ex) {
				logger.debug("The lag of " + standby.pool + " is not known", ex);
			}
			Replay measured = replay;
			this.decisions.execute(() -> measured(standby, measured));
		});
	}

	private void measured(Member standby, @Nullable Replay replay) {
		standby.beingMeasured = false;
		if (replay == null || this.maximum == null) {
			return;
		}
		Duration lag = this.log.lagOf(replay);
		standby.pool.setLag(lag);
		boolean behind = lag.compareTo(this.maximum) > 0;
		if (behind != standby.lagsBehind) {
			standby.lagsBehind = behind;
			standby.lastReason = behind ? "it lags by " + lag.toMillis() + " ms" : "";
			String server = standby.pool.getServer();
			logger.info(behind ? "Standby " + server + " serves no reads: it lags by " + lag.toMillis() + " ms"
					: "Standby " + server + " has caught up");
			this.changed.run();
		}
	}

}
