package io.github.jujupgsql.datasource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Looks around among several standbys, twice as long at each as at the one before,
 * because another may have something to lend. After a second it is known where reads come
 * back: there the reader keeps its place in the queue, unless its turn is long overdue.
 * Where none comes back, as all connections are with long ones, it would wait in vain.
 * Where there is no choice, it does not look.
 */
final class ReplicaLookout implements Lookout {

	private static final long FIRST_TIMEOUT_MILLIS = 20;

	private static final long LOOKING_AROUND_MILLIS = TimeUnit.SECONDS.toMillis(1);

	/** How many times as long as expected a reader waits for its turn. */
	private static final int OVERDUE = 4;

	private final Role replicas;

	/** How many reads had come back from each at the last look. */
	private final Map<ServerPool, Long> returnedBefore = new HashMap<>();

	private long nextTimeoutMillis = FIRST_TIMEOUT_MILLIS;

	private long timeoutMillis;

	ReplicaLookout(Role replicas) {
		this.replicas = replicas;
	}

	@Override
	public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool tried) {
		if (!isThereChoice(table)) {
			this.timeoutMillis = Long.MAX_VALUE;
			return this.replicas.pick(table, tried);
		}
		ServerPool moving = pickMoving(table.replicas());
		this.nextTimeoutMillis = 2 * this.timeoutMillis;
		return (moving != null) ? moving : this.replicas.pick(table, tried);
	}

	private static boolean isThereChoice(RoleTable table) {
		int standbys = table.replicas().size() + table.excluded().size();
		return standbys > 1 || (standbys == 1 && table.replicas().isEmpty());
	}

	/**
	 * Pick where it is the reader's turn the soonest, going by how many reads have come
	 * back since the last look.
	 * @param pools those to choose from
	 * @return the replica, or {@code null} if that is not known
	 */
	private @Nullable ServerPool pickMoving(List<ServerPool> pools) {
		boolean known = this.timeoutMillis * 2 > LOOKING_AROUND_MILLIS;
		ServerPool best = null;
		double bestWait = Double.POSITIVE_INFINITY;
		for (ServerPool pool : pools) {
			long returned = pool.getReadsReturned();
			Long before = this.returnedBefore.put(pool, returned);
			if (before != null && returned > before && !pool.isUnresponsive()) {
				double wait = (double) this.timeoutMillis * (1 + pool.getBusy()) / (returned - before);
				if (wait < bestWait) {
					best = pool;
					bestWait = wait;
				}
			}
		}
		boolean stay = known && best != null;
		this.timeoutMillis = stay ? Math.max(this.nextTimeoutMillis, (long) (OVERDUE * bestWait))
				: this.nextTimeoutMillis;
		return stay ? best : null;
	}

	@Override
	public long timeoutMillis() {
		return this.timeoutMillis;
	}

}
