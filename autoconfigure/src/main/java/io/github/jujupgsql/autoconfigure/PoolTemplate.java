package io.github.jujupgsql.autoconfigure;

import java.sql.Connection;
import java.time.Duration;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.pool.HikariTemplate;
import io.github.jujupgsql.pool.PoolSize;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * What every pool is made of: {@code spring.datasource.hikari}, bound once, because pools
 * are made while borrowers wait. Pools are made when a server has answered, long after
 * the application has started, and a fault of the template would look like one of the
 * server.
 */
final class PoolTemplate {

	static final String PREFIX = "spring.datasource.hikari";

	/** Where the application's properties for the driver are. */
	static final String DRIVER_PROPERTIES = PREFIX + ".data-source-properties";

	/** Those that PostgreSQL knows. */
	private static final Set<Integer> ISOLATIONS = Set.of(Connection.TRANSACTION_READ_UNCOMMITTED,
			Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_REPEATABLE_READ,
			Connection.TRANSACTION_SERIALIZABLE);

	private final HikariConfig template;

	PoolTemplate(HikariConfig template) {
		this.template = template;
	}

	/**
	 * Return what the application calls a property of the driver.
	 * @param name the driver's name for it
	 */
	static String driverProperty(String name) {
		return DRIVER_PROPERTIES + "." + name;
	}

	/**
	 * Return a configuration for one pool, whose name is set in it.
	 * @return a copy that the caller may change, apart from what its
	 * {@code java.util.Properties} hold, which HikariCP copies by reference
	 */
	HikariConfig copy() {
		HikariConfig copy = new HikariConfig();
		this.template.copyStateTo(copy);
		return copy;
	}

	PoolSize size(PgsqlProperties.Primary primary) {
		return PoolSize.of(primary.getMaximumPoolSize(), primary.getMinimumIdle(), this.template);
	}

	PoolSize size(PgsqlProperties.Replica replica) {
		return PoolSize.of(replica.getMaximumPoolSize(), replica.getMinimumIdle(), this.template);
	}

	Duration getConnectionTimeout() {
		return Duration.ofMillis(this.template.getConnectionTimeout());
	}

	boolean isAutoCommit() {
		return this.template.isAutoCommit();
	}

	/**
	 * Return the isolation that HikariCP gives to connections.
	 * @return the isolation, or {@code null} if it leaves them the server's own
	 */
	@Nullable Integer getTransactionIsolation() {
		return HikariTemplate.transactionIsolation(this.template);
	}

	/**
	 * Find out whether pools can be made of it.
	 * @throws PoolTemplateException if not
	 */
	void check() {
		checkTransactionIsolation();
		checkPool();
	}

	private void checkTransactionIsolation() {
		IllegalArgumentException fault = null;
		try {
			Integer isolation = getTransactionIsolation();
			if (isolation != null && !ISOLATIONS.contains(isolation)) {
				fault = new IllegalArgumentException("PostgreSQL does not know it");
			}
		}
		catch (IllegalArgumentException ex) {
			fault = ex;
		}
		if (fault != null) {
			throw new PoolTemplateException(
					"The property '" + PREFIX + ".transaction-isolation' is '" + this.template.getTransactionIsolation()
							+ "', and connections cannot be made so: " + fault.getMessage(),
					"Set it to TRANSACTION_READ_COMMITTED, TRANSACTION_REPEATABLE_READ or TRANSACTION_SERIALIZABLE,"
							+ " or leave it out for the server's own.",
					fault);
		}
	}

	/**
	 * Make a pool that opens no connection, which HikariCP does not log as it would a
	 * DataSource.
	 */
	private void checkPool() {
		HikariConfig config = copy();
		config.setPoolName("pgsql-template");
		config.setDataSource(new NoServer());
		config.setDataSourceClassName(null);
		config.setJdbcUrl(null);
		config.setUsername(null);
		config.setPassword(null);
		config.setInitializationFailTimeout(-1);
		config.setMinimumIdle(0);
		config.setRegisterMbeans(false);
		// HikariCP refuses the one while there is the other
		if (config.getMetricRegistry() != null) {
			config.setMetricRegistry(null);
		}
		else {
			config.setMetricsTrackerFactory(null);
		}
		config.setHealthCheckRegistry(null);
		try {
			config.validate();
			HikariTemplate.tryOut(config);
		}
		catch (RuntimeException ex) {
			throw new PoolTemplateException(
					"No pool can be made of what '" + PREFIX + "' says, or of what has customized it: "
							+ ex.getMessage(),
					"Correct the properties under '" + PREFIX + "'. The exception tells which one HikariCP refuses.",
					ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Leads nowhere.
	 */
	private static final class NoServer extends AbstractDataSource {

		@Override
		public void setLoginTimeout(int timeout) {
			// HikariCP would log that it cannot
		}

		@Override
		public Connection getConnection() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Connection getConnection(String username, String password) {
			throw new UnsupportedOperationException();
		}

	}

}
