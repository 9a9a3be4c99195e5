package io.github.jujupgsql.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import org.jspecify.annotations.Nullable;

/**
 * The size of a pool in one role.
 *
 * @param maximumPoolSize the most connections
 * @param minimumIdle the connections to keep ready
 * @since 0.1.0
 */
public record PoolSize(int maximumPoolSize, int minimumIdle) {

	private static final int HIKARI_DEFAULT = 10;

	/**
	 * Work out a size.
	 * @param maximumPoolSize the most connections, or {@code null} to leave what
	 * {@code spring.datasource.hikari} says
	 * @param minimumIdle the connections to keep ready, or {@code null} likewise
	 * @param configuration what {@code spring.datasource.hikari} says
	 * @return the size
	 */
	public static PoolSize of(@Nullable Integer maximumPoolSize, @Nullable Integer minimumIdle,
			HikariConfig configuration) {
		int maximum = HIKARI_DEFAULT;
		if (maximumPoolSize != null) {
			maximum = maximumPoolSize;
		}
		else if (configuration.getMaximumPoolSize() > 0) {
			maximum = configuration.getMaximumPoolSize();
		}
		int idle = maximum;
		if (minimumIdle != null) {
			idle = minimumIdle;
		}
		else if (configuration.getMinimumIdle() >= 0) {
			idle = configuration.getMinimumIdle();
		}
		return new PoolSize(maximum, Math.min(idle, maximum));
	}

	/**
	 * Return the size of one of several pools that have this size together.
	 * @param part which of them, from 0
	 * @param parts how many there are
	 * @return the size, at least one connection
	 */
	PoolSize share(int part, int parts) {
		int maximum = part(this.maximumPoolSize, part, parts);
		return new PoolSize(maximum, Math.min(part(this.minimumIdle, part, parts), maximum));
	}

	private static int part(int whole, int part, int parts) {
		return Math.max(1, whole / parts + ((part < whole % parts) ? 1 : 0));
	}

	/**
	 * Make a pool this large, also while it is in use.
	 * @param pool the pool
	 */
	void applyTo(HikariConfigMXBean pool) {
		// never more idle ones than the size, not even in between
		pool.setMinimumIdle(Math.min(this.minimumIdle, pool.getMaximumPoolSize()));
		pool.setMaximumPoolSize(this.maximumPoolSize);
		pool.setMinimumIdle(this.minimumIdle);
	}

}
