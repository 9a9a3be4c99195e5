package io.github.jujupgsql.pool;

import java.util.Objects;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import org.jspecify.annotations.Nullable;

/**
 * Tells a pool's metrics how long borrowers have waited, once they have a connection or
 * have given up. HikariCP would count each time that a borrower looks up from waiting,
 * and each connection that it hands out: also to probes of the server's role, and also
 * those that turn out to be of no use or to lead nowhere.
 */
final class BorrowMetrics implements MetricsTrackerFactory {

	/** What HikariCP said last about a connection that this thread has got. */
	private static final ThreadLocal<long[]> lastAcquired = ThreadLocal.withInitial(() -> new long[1]);

	private final @Nullable MetricsTrackerFactory users;

	private volatile @Nullable IMetricsTracker tracker;

	private BorrowMetrics(@Nullable MetricsTrackerFactory users) {
		this.users = users;
	}

	/**
	 * Stand between a pool and its metrics, if it has any.
	 * @param config the pool's configuration
	 * @return what tells them, and does nothing if there are none
	 */
	static BorrowMetrics of(HikariConfig config) {
		MetricsTrackerFactory users = config.getMetricsTrackerFactory();
		BorrowMetrics metrics = new BorrowMetrics(users);
		if (users != null) {
			config.setMetricsTrackerFactory(metrics);
		}
		return metrics;
	}

	/**
	 * Count a connection that HikariCP has just handed to this thread.
	 */
	void acquired() {
		if (this.tracker != null) {
			acquired(lastAcquired.get()[0]);
		}
	}

	/**
	 * Count a borrower that has a connection.
	 * @param nanos how long it has waited
	 */
	void acquired(long nanos) {
		IMetricsTracker created = this.tracker;
		if (created != null) {
			created.recordConnectionAcquiredNanos(nanos);
		}
	}

	/**
	 * Count a borrower that has given up, among the waits as well, as HikariCP does.
	 * @param nanos how long it has waited
	 */
	void timedOut(long nanos) {
		IMetricsTracker created = this.tracker;
		if (created != null) {
			created.recordConnectionAcquiredNanos(nanos);
			created.recordConnectionTimeout();
		}
	}

	@Override
	public IMetricsTracker create(String poolName, PoolStats poolStats) {
		IMetricsTracker created = Objects.requireNonNull(this.users).create(poolName, poolStats);
		this.tracker = created;
		return new IMetricsTracker() {

			@Override
			public void recordConnectionCreatedMillis(long millis) {
				created.recordConnectionCreatedMillis(millis);
			}

			@Override
			public void recordConnectionAcquiredNanos(long nanos) {
				lastAcquired.get()[0] = nanos;
			}

			@Override
			public void recordConnectionUsageMillis(long millis) {
				created.recordConnectionUsageMillis(millis);
			}

			@Override
			public void close() {
				created.close();
			}

		};
	}

}
