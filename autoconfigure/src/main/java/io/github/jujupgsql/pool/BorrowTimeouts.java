package io.github.jujupgsql.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import org.jspecify.annotations.Nullable;

/**
 * Counts a timeout in a pool's metrics when a borrower has really given up. HikariCP
 * would count each time that a borrower looks up from waiting.
 */
final class BorrowTimeouts implements MetricsTrackerFactory {

	private final MetricsTrackerFactory users;

	private volatile @Nullable IMetricsTracker tracker;

	private BorrowTimeouts(MetricsTrackerFactory users) {
		this.users = users;
	}

	/**
	 * Stand between a pool and its metrics, if it has any.
	 * @param config the pool's configuration
	 * @return what counts, or {@code null} if nobody does
	 */
	static @Nullable BorrowTimeouts of(HikariConfig config) {
		MetricsTrackerFactory users = config.getMetricsTrackerFactory();
		if (users == null) {
			return null;
		}
		BorrowTimeouts timeouts = new BorrowTimeouts(users);
		config.setMetricsTrackerFactory(timeouts);
		return timeouts;
	}

	void count() {
		IMetricsTracker created = this.tracker;
		if (created != null) {
			created.recordConnectionTimeout();
		}
	}

	@Override
	public IMetricsTracker create(String poolName, PoolStats poolStats) {
		IMetricsTracker created = this.users.create(poolName, poolStats);
		this.tracker = created;
		return new IMetricsTracker() {

			@Override
			public void recordConnectionCreatedMillis(long millis) {
				created.recordConnectionCreatedMillis(millis);
			}

			@Override
			public void recordConnectionAcquiredNanos(long nanos) {
				created.recordConnectionAcquiredNanos(nanos);
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
