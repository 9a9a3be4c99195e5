package io.github.jujupgsql.topology;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * A server and its pool at one moment.
 *
 * @param server where it is: {@code host:port}
 * @param pool the name of its pool, as metrics, JMX and thread names have it
 * @param active connections in use
 * @param idle connections that wait for use
 * @param waiting threads that wait for a connection
 * @param maximum the most connections there may be; 0 while the pool is not open
 * @param lag how far it lags behind the primary as a standby, or {@code null} if that is
 * not measured
 * @param systemIdentifier which cluster it belongs to, or {@code null} if it has not told
 * @param address {@code host:port} as it sees itself, or {@code null} if it has not told
 * @param timeline the timeline on which it writes, or {@code null} if it is in recovery
 * or has not told
 * @since 0.1.0
 */
public record TopologyServer(String server, String pool, int active, int idle, int waiting, int maximum,
		@Nullable Duration lag, @Nullable String systemIdentifier, @Nullable String address, @Nullable Long timeline) {

	static TopologyServer of(ServerPool pool) {
		HikariDataSource opened = pool.getDataSource();
		HikariPoolMXBean bean = (opened != null) ? opened.getHikariPoolMXBean() : null;
		if (opened == null || bean == null) {
			return of(pool, 0, 0, 0, 0);
		}
		return of(pool, bean.getActiveConnections(), bean.getIdleConnections(), bean.getThreadsAwaitingConnection(),
				opened.getMaximumPoolSize());
	}

	private static TopologyServer of(ServerPool pool, int active, int idle, int waiting, int maximum) {
		return new TopologyServer(pool.getServer(), pool.getName(), active, idle, waiting, maximum, pool.getLag(),
				pool.getSystemIdentifier(), pool.getInstanceAddress(), pool.getTimeline());
	}

}
