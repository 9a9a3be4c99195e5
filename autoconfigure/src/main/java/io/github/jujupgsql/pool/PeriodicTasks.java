package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.jujupgsql.role.Fact;
import io.github.jujupgsql.role.PoolSigns;
import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.role.RoleRules;
import io.github.jujupgsql.role.ServerId;
import io.github.jujupgsql.role.Topology;

/**
 * What is done again and again, whatever happens: the pools of the replicas and of the
 * primary are looked at, the lag of standbys is measured, and threads that wait get a
 * connection opened. Confined to the thread that assigns roles.
 */
final class PeriodicTasks {

	private final RoleEventLoop loop;

	private final TopologyKeeper keeper;

	private final RoleRules rules;

	private final PoolRegistry pools;

	private final Runnable rest;

	private final PoolTimes times;

	private final Ticker ticker;

	/**
	 * Create the tasks.
	 * @param loop the thread that assigns roles
	 * @param keeper gets what is seen
	 * @param rules say how soon to look again
	 * @param pools the pools
	 * @param rest closes what has been in use or being opened when a pause began
	 * @param times how often
	 * @param ticker tells the time
	 */
	PeriodicTasks(RoleEventLoop loop, TopologyKeeper keeper, RoleRules rules, PoolRegistry pools, Runnable rest,
			PoolTimes times, Ticker ticker) {
		this.loop = loop;
		this.keeper = keeper;
		this.rules = rules;
		this.pools = pools;
		this.rest = rest;
		this.times = times;
		this.ticker = ticker;
	}

	/**
	 * Begin.
	 * @param lagMonitor measures the lag of standbys
	 * @param lagMatters whether there is a limit to it
	 */
	void start(ReplicationLagMonitor lagMonitor, boolean lagMatters) {
		if (lagMatters) {
			this.loop.repeat(() -> lagMonitor.measure(this.keeper.topology()), this.times.lagInterval());
		}
		this.loop.repeat(this::fillForWaiting, this.times.fillInterval());
		this.loop.execute(this::lookAtPools);
	}

	private void fillForWaiting() {
		this.keeper.topology().namedIds().forEach((server) -> this.pools.get(server).capacity.fillForWaiting());
	}

	private void lookAtPools() {
		Duration pause = RetryBackoff.RECOVERY.pauseAfter(1);
		try {
			look(this.keeper.topology());
			pause = this.rules.pauseBetweenLooks(this.keeper.topology(), this.ticker.nanoTime());
		}
		finally {
			this.loop.schedule(this::lookAtPools, pause);
		}
	}

	private void look(Topology topology) {
		if (topology.paused()) {
			this.rest.run();
			return;
		}
		Map<ServerId, PoolSigns> signs = new LinkedHashMap<>();
		topology.inUse().forEach((server) -> signs.put(server, this.pools.get(server).signs()));
		if (!topology.named().isEmpty()) {
			this.keeper.take(new Fact.PoolsSeen(signs));
		}
	}

}
