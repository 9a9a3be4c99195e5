package io.github.jujupgsql.pool;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

import com.zaxxer.hikari.HikariConfig;
import org.jspecify.annotations.Nullable;

/**
 * What HikariCP's housekeeping runs on. Made here as HikariCP would make it, because it
 * leaves its own running if it cannot make a pool.
 */
final class HikariHousekeeper extends ScheduledThreadPoolExecutor {

	private HikariHousekeeper(ThreadFactory threads) {
		super(1, threads, new ThreadPoolExecutor.DiscardPolicy());
		setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		setRemoveOnCancelPolicy(true);
	}

	/**
	 * Make a pool's own, unless the application has one for all pools.
	 * @param config the pool's configuration, which gets it
	 * @return what is to be shut down with the pool, or {@code null} if nothing is
	 */
	static @Nullable HikariHousekeeper of(HikariConfig config) {
		if (config.getScheduledExecutor() != null) {
			return null;
		}
		HikariHousekeeper housekeeper = new HikariHousekeeper(threads(config));
		config.setScheduledExecutor(housekeeper);
		return housekeeper;
	}

	private static ThreadFactory threads(HikariConfig config) {
		ThreadFactory own = config.getThreadFactory();
		return (own != null) ? own : (task) -> {
			Thread thread = new Thread(task, config.getPoolName() + ":housekeeper");
			thread.setDaemon(true);
			return thread;
		};
	}

}
