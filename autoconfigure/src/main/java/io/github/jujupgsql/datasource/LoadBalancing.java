package io.github.jujupgsql.datasource;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * How reads are spread over the replicas.
 *
 * @since 0.1.0
 */
public enum LoadBalancing {

	/**
	 * Take two replicas at random, and the less busy one of them. That keeps away from a
	 * slow one without all rushing to the one that happens to be the least busy.
	 */
	LEAST_BUSY {

		@Override
		ServerPool choose(List<ServerPool> replicas, AtomicInteger turn) {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			int one = random.nextInt(replicas.size());
			ServerPool first = replicas.get(one);
			int busy = first.getBusy();
			if (busy == 0) {
				// no other is less busy
				return first;
			}
			int other = random.nextInt(replicas.size() - 1);
			ServerPool second = replicas.get((other < one) ? other : other + 1);
			return (second.getBusy() < busy) ? second : first;
		}

	},

	/**
	 * Take the replicas in turn.
	 */
	ROUND_ROBIN {

		@Override
		ServerPool choose(List<ServerPool> replicas, AtomicInteger turn) {
			return replicas.get(Math.floorMod(turn.getAndIncrement(), replicas.size()));
		}

	};

	/**
	 * Choose a replica, another one than those that do not answer at the moment if there
	 * is one.
	 * @param replicas at least two
	 * @param turn counts the reads, if that is of use
	 * @param except one that has just been tried in vain, if another is to be had
	 * @return the replica's pool
	 */
	ServerPool choose(List<ServerPool> replicas, AtomicInteger turn, @Nullable ServerPool except) {
		ServerPool chosen = choose(replicas, turn);
		if (chosen != except && !chosen.isUnresponsive()) {
			return chosen;
		}
		List<ServerPool> others = replicas.stream().filter((replica) -> replica != except).toList();
		List<ServerPool> answering = others.stream().filter((replica) -> !replica.isUnresponsive()).toList();
		List<ServerPool> rest = answering.isEmpty() ? others : answering;
		return (rest.size() > 1) ? choose(rest, turn) : rest.get(0);
	}

	/**
	 * Choose one of several replicas.
	 */
	abstract ServerPool choose(List<ServerPool> replicas, AtomicInteger turn);

}
