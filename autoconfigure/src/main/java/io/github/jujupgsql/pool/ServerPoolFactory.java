package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.relation.MergedProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Makes the pool of a server: what {@code spring.datasource.hikari} says, aimed at what
 * the relation says.
 *
 * @since 0.1.0
 */
public final class ServerPoolFactory {

	private static final String DEFAULT_PREFIX = "pgsql";

	private static final Log logger = LogFactory.getLog(ServerPoolFactory.class);

	/**
	 * Names of living pools, of all contexts: closing a pool removes the MBeans and the
	 * meters of its name, and contexts have the JVM's MBeans, and maybe a meter registry,
	 * in common.
	 */
	private static final Set<String> NAMES = ConcurrentHashMap.newKeySet();

	private final Supplier<HikariConfig> configuration;

	private final String applicationName;

	private final PoolTimes times;

	private final Ticker ticker;

	/**
	 * Create a factory.
	 * @param configuration makes a fresh configuration each time: a shared one would keep
	 * the first pool's name
	 * @param applicationName the name under which to connect to the server, unless the
	 * relation says it
	 */
	public ServerPoolFactory(Supplier<HikariConfig> configuration, String applicationName) {
		this(configuration, applicationName, PoolTimes.DEFAULT, Ticker.SYSTEM);
	}

	/**
	 * Create a factory of pools that go by other times.
	 * @param configuration makes a fresh configuration each time
	 * @param applicationName the name under which to connect to the server
	 * @param times what the pools, and what keeps them, go by
	 * @param ticker tells them the time
	 */
	ServerPoolFactory(Supplier<HikariConfig> configuration, String applicationName, PoolTimes times, Ticker ticker) {
		this.configuration = configuration;
		this.applicationName = applicationName;
		this.times = times;
		this.ticker = ticker;
	}

	PoolTimes getTimes() {
		return this.times;
	}

	Ticker getTicker() {
		return this.ticker;
	}

	/**
	 * Create a pool that is not open yet.
	 * @param connectionString where the server is
	 * @param server what to call it
	 * @param listener told what is noticed of it
	 * @return the pool
	 */
	ServerPool create(ConnectionString connectionString, String server, PoolListener listener) {
		HikariConfig template = this.configuration.get();
		DriverProperties driverProperties = DriverProperties.of(connectionString, this.applicationName);
		MergedProperties merged = driverProperties.over(template.getDataSourceProperties());
		// what may fail has come before
		String name = reserveName((template.getPoolName() != null) ? template.getPoolName() : DEFAULT_PREFIX,
				connectionString);
		if (!driverProperties.droppedKeywords().isEmpty()) {
			logger.info("Ignored for " + name + ", not supported by pgjdbc: "
					+ String.join(", ", driverProperties.droppedKeywords()));
		}
		if (!merged.choices().isEmpty()) {
			logger.info("For " + name + ", " + String.join("; ", merged.choices()));
		}
		if (!merged.conflicts().isEmpty()) {
			logger.warn("For " + name + ", " + String.join("; ", merged.conflicts()));
		}
		ServerConnections connections = new ServerConnections(server, merged.properties(),
				Duration.ofMillis(template.getConnectionTimeout()), statements(template), this.times, this.ticker);
		return new ServerPool(server, name, connections, (opened) -> configure(name, opened), listener);
	}

	private static Set<String> statements(HikariConfig config) {
		return Stream.of(config.getConnectionInitSql(), config.getConnectionTestQuery())
			.filter(Objects::nonNull)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Let the name of a pool be used again. To be called once, when it is closed: another
	 * context may have the name already the next time.
	 * @param pool the pool
	 */
	void release(ServerPool pool) {
		NAMES.remove(pool.getName());
	}

	private HikariConfig configure(String name, ServerConnections connections) {
		HikariConfig config = this.configuration.get();
		HikariTemplate.aimAt(config, name, connections.source());
		return config;
	}

	private static String reserveName(String prefix, ConnectionString connectionString) {
		String database = connectionString.database();
		String name = sanitize(prefix + "-" + connectionString.address() + ((database != null) ? "-" + database : ""));
		String unique = name;
		for (int i = 2; !NAMES.add(unique); i++) {
			unique = name + "-" + i;
		}
		return unique;
	}

	/**
	 * JMX refuses some characters in a name, a colon among them.
	 * @param name a name
	 * @return the name with dashes instead
	 */
	private static String sanitize(String name) {
		StringBuilder sanitized = new StringBuilder(name.length());
		for (char c : name.toCharArray()) {
			boolean plain = Character.isLetterOrDigit(c) || c == '.' || c == '_';
			sanitized.append(plain ? c : '-');
		}
		return sanitized.toString();
	}

}
