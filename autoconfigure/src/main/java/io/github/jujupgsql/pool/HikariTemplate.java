package io.github.jujupgsql.pool;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.util.UtilityElf;
import org.jspecify.annotations.Nullable;

/**
 * What HikariCP makes of its configuration.
 *
 * @since 0.1.0
 */
public final class HikariTemplate {

	private HikariTemplate() {
	}

	/**
	 * Return the isolation that HikariCP gives to connections.
	 * @param config the configuration
	 * @return one of the constants of {@link java.sql.Connection}, or {@code null} if
	 * connections keep the server's own
	 * @throws IllegalArgumentException if HikariCP does not know it
	 */
	public static @Nullable Integer transactionIsolation(HikariConfig config) {
		String name = config.getTransactionIsolation();
		return (name != null) ? UtilityElf.getTransactionIsolation(name) : null;
	}

	/**
	 * Make a pool, and close it again. Unlike making a DataSource, that is not logged.
	 * @param config a configuration that has no connection opened
	 * @throws InterruptedException if the thread is interrupted while it is closed
	 */
	public static void tryOut(HikariConfig config) throws InterruptedException {
		new HikariPool(config).shutdown();
	}

	/**
	 * Have a pool take its connections of one source, and set up the first one while it
	 * is made.
	 * @param config the configuration
	 * @param name what to call the pool
	 * @param source opens the connections
	 */
	static void aimAt(HikariConfig config, String name, DataSource source) {
		config.setPoolName(name);
		config.setDataSource(source);
		config.setDataSourceClassName(null);
		config.setJdbcUrl(null);
		config.setUsername(null);
		config.setPassword(null);
		// sets up the first connection, which is open already, before there is a pool
		config.setInitializationFailTimeout(1);
		// keeps it, until the server gets a role, which brings a size
		config.setMinimumIdle(1);
	}

}
