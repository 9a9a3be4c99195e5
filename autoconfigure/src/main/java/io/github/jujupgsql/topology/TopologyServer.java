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
 * @since 0.1.0
 */
public record TopologyServer(String server, String pool, int active, int idle, int waiting, int maximum,
		@Nullable Duration lag) {

	static TopologyServer of(ServerPool pool) {
		HikariDataSource opened = pool.getDataSource();
		HikariPoolMXBean bean = (opened != null) ? opened.getHikariPoolMXBean() : null;
		if (opened == null || bean == null) {
			return new TopologyServer(pool.getServer(), pool.getName(), 0, 0, 0, 0, pool.getLag());
		}
		return new TopologyServer(pool.getServer(), pool.getName(), bean.getActiveConnections(),
				bean.getIdleConnections(), bean.getThreadsAwaitingConnection(), opened.getMaximumPoolSize(),
				pool.getLag());
	}

}
