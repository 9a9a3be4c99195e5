package io.github.jujupgsql.pool;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.github.jujupgsql.role.Fact;

/**
 * A pause of all pools, so that a checkpoint of the virtual machine finds no socket open.
 */
final class PoolPause {

	private final RoleEventLoop loop;

	private final TopologyKeeper keeper;

	private final PoolRegistry pools;

	private final Drainer drainer;

	private final PrimaryWatch watch;

	private final PoolTimes times;

	PoolPause(RoleEventLoop loop, TopologyKeeper keeper, PoolRegistry pools, Drainer drainer, PrimaryWatch watch,
			PoolTimes times) {
		this.loop = loop;
		this.keeper = keeper;
		this.pools = pools;
		this.drainer = drainer;
		this.watch = watch;
		this.times = times;
	}

	/**
	 * Begin. Blocks until what is not in use is closed, within a few seconds.
	 */
	void begin() {
		// by the machine's own clock, for it really waits
		long deadline = System.nanoTime() + this.times.pauseTimeout().toNanos();
		this.loop.execute(() -> this.keeper.take(new Fact.Paused()));
		while (!this.loop.decideNow(this::closeUnused) && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(this.times.pausePoll().toNanos());
		}
	}

	/**
	 * Close what is not in use. To be called again, for what was in use or being opened
	 * before. Called by the thread that assigns roles.
	 * @return whether nothing is open but what is in use
	 */
	boolean closeUnused() {
		this.watch.pause();
		// all of them, not only until one has yet to close something
		List<ServerPool> leaving = this.drainer.leaving();
		long restless = this.pools.all()
			.stream()
			.filter((pool) -> !leaving.contains(pool))
			.filter((pool) -> !pool.capacity.pause())
			.count();
		return restless == 0 && leaving.stream().allMatch(ServerPool::isPaused);
	}

	void end() {
		this.loop.decideNow(() -> {
			this.keeper.take(new Fact.Resumed());
			this.watch.resume();
			return true;
		});
	}

}
