package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.concurrent.ExecutorService;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;

/**
 * Opens a pool of HikariCP, with what stands between it and the application.
 */
final class HikariStartup {

	/** More than a server lets in. */
	private static final int CLOSING_AT_ONCE = 10_000;

	private HikariStartup() {
	}

	/**
	 * Open a pool, which sets up its first connection.
	 * @param config how to; its maximum size is changed
	 * @return the pool
	 * @throws SQLException if that connection is of no use
	 */
	static HikariAdapter open(HikariConfig config) throws SQLException {
		BorrowMetrics metrics = BorrowMetrics.of(config);
		int maximumPoolSize = PoolSize.of(null, null, config).maximumPoolSize();
		// HikariCP queues as many connections to be closed as its pool is large at first;
		// the next one would be closed by the thread that evicts it, which is often the
		// one that assigns roles
		config.setMaximumPoolSize(CLOSING_AT_ONCE);
		ExecutorService housekeeper = HikariHousekeeper.of(config);
		boolean open = false;
		try {
			HikariDataSource opened = HikariThreadLists.open(config);
			opened.setMaximumPoolSize(maximumPoolSize);
			HikariAdapter pool = new HikariAdapter(opened, metrics, housekeeper);
			open = true;
			return pool;
		}
		catch (PoolInitializationException ex) {
			throw (ex.getCause() instanceof SQLException cause) ? cause : new SQLException(ex.getMessage(), ex);
		}
		finally {
			if (!open && housekeeper != null) {
				housekeeper.shutdownNow();
			}
		}
	}

}
