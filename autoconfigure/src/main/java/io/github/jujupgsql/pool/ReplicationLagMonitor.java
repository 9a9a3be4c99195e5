package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.ServerId;
import io.github.jujupgsql.role.Topology;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Measures how far standbys lag behind the primary: one query to each server for each
 * time it is told to. Confined to the thread that assigns roles, except that the servers
 * are asked elsewhere.
 */
final class ReplicationLagMonitor {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final PoolRegistry pools;

	private final Executor background;

	private final Executor loop;

	private final Consumer<Fact> facts;

	private final Ticker ticker;

	private final WalPositionHistory written = new WalPositionHistory();

	private final Set<ServerId> beingMeasured = new HashSet<>();

	private boolean primaryIsBeingAsked;

	/**
	 * Create a monitor.
	 * @param pools the pools
	 * @param background where servers are asked
	 * @param loop the thread that assigns roles
	 * @param facts told there what has been measured
	 * @param ticker tells the time
	 */
	ReplicationLagMonitor(PoolRegistry pools, Executor background, Executor loop, Consumer<Fact> facts, Ticker ticker) {
		this.pools = pools;
		this.background = background;
		this.loop = loop;
		this.facts = facts;
		this.ticker = ticker;
	}

	/**
	 * Measure the standbys that have answered.
	 * @param topology says who they are, and who is the primary
	 */
	void measure(Topology topology) {
		ServerId primary = topology.primary();
		List<ServerId> standbys = topology.inRecovery();
		if (primary == null) {
			standbys.forEach(this::measure);
			return;
		}
		if (this.primaryIsBeingAsked) {
			return;
		}
		ServerPool pool = this.pools.get(primary);
		this.primaryIsBeingAsked = true;
		inBackground(() -> pool.ask(ReplayPosition::written), (at, position) -> {
			this.primaryIsBeingAsked = false;
			if (position != null) {
				this.written.add(at, position);
			}
			standbys.forEach(this::measure);
		});
	}

	private void measure(ServerId standby) {
		ServerPool pool = this.pools.find(standby);
		if (pool != null && this.beingMeasured.add(standby)) {
			inBackground(() -> pool.ask(ReplayPosition::of), (at, replayed) -> {
				this.beingMeasured.remove(standby);
				if (replayed != null) {
					Duration lag = this.written.lagOf(replayed);
					pool.setLag(lag);
					this.facts.accept(new Fact.LagMeasured(standby, lag));
				}
			});
		}
	}

	/**
	 * Ask a server in the background and go on with its answer, or without one, whatever
	 * has gone wrong.
	 */
	private <T> void inBackground(Callable<@Nullable T> question, Answered<T> answered) {
		long at = this.ticker.nanoTime();
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
				this.loop.execute(() -> answered.with(at, heard));
			});
		}
		catch (RuntimeException | Error ex) {
			answered.with(at, null);
			throw ex;
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
