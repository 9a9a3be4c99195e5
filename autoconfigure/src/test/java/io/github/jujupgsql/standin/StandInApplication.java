package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.datasource.LoadBalancing;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PrimarySettings;
import io.github.jujupgsql.pool.PoolSize;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Pools and DataSources as an application has them, without a file and without Spring:
 * what the relation says, a test says.
 */
public final class StandInApplication implements AutoCloseable {

	private static final Duration ON_ITS_WAY = Duration.ofMillis(100);

	private final ServerPools pools;

	private final DataSource primary;

	private final DataSource replica;

	private StandInApplication(Builder builder) {
		Supplier<HikariConfig> template = builder.template();
		this.pools = builder.pools.apply(new ServerPoolFactory(template, "stand-in"),
				new PoolSettings(builder.primarySize, builder.replicaSize, builder.drainTimeout, builder.sickAfter,
						builder.fallbackToPrimary, builder.maximumLag,
						new PrimarySettings(builder.sickAfter, builder.connectionTimeout, true, false)));
		this.primary = new PrimaryDataSource(this.pools.getRoles(), builder.connectionTimeout, false);
		this.replica = new ReplicaDataSource(this.pools.getRoles(), builder.connectionTimeout, LoadBalancing.LEAST_BUSY,
				builder.fallbackToPrimary, null);
	}

	public static Builder with() {
		return new Builder();
	}

	public ServerPools pools() {
		return this.pools;
	}

	public DataSource primary() {
		return this.primary;
	}

	public DataSource replica() {
		return this.replica;
	}

	public RoleTable roles() {
		return this.pools.getRoles().current();
	}

	/**
	 * Has the relation name servers.
	 */
	public void relate(@Nullable StandInServer master, StandInServer... standbys) {
		relate((master != null) ? master.connectionString() : null,
				Stream.of(standbys).map(StandInServer::connectionString).toArray(ConnectionString[]::new));
	}

	/**
	 * Has the relation name servers.
	 */
	public void relate(@Nullable ConnectionString master, ConnectionString... standbys) {
		this.pools.accept(new PgsqlRelation("notes", List.of(), List.of(), null, master, List.of(standbys)));
	}

	public void awaitPrimary(StandInServer server) {
		awaitRoles("the primary is " + server,
				(table) -> table.primary() != null && table.primary().getServer().equals(server.address()));
	}

	public void awaitNoPrimary() {
		awaitRoles("there is no primary", (table) -> table.primary() == null);
	}

	public void awaitReplicas(StandInServer... servers) {
		Set<String> addresses = Stream.of(servers).map(StandInServer::address).collect(Collectors.toSet());
		awaitRoles("the replicas are " + addresses,
				(table) -> table.replicas()
					.stream()
					.map(ServerPool::getServer)
					.collect(Collectors.toSet())
					.equals(addresses));
	}

	public void awaitRoles(String what, Predicate<RoleTable> condition) {
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.untilAsserted(() -> assertThat(roles()).matches(condition, what));
	}

	/**
	 * Waits until nothing is open to servers, and stays so for a moment: something may
	 * have been on its way.
	 */
	public static void awaitNothingOpen(StandInServer... servers) {
		await().during(ON_ITS_WAY).untilAsserted(() -> {
			for (StandInServer server : servers) {
				assertThat(server.sockets()).as("sockets of %s", server).isZero();
			}
		});
	}

	/**
	 * Asks a question on a connection borrowed for it.
	 */
	public static String ask(DataSource dataSource, String sql) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			return ask(connection, sql);
		}
	}

	public static String ask(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
			result.next();
			return result.getString(1);
		}
	}

	public static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Does something on a thread of its own.
	 */
	public static <T> CompletableFuture<T> async(Work<T> work) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return work.work();
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		}, (task) -> new Thread(task).start());
	}

	@Override
	public void close() {
		this.pools.close();
	}

	/**
	 * Something that may fail.
	 */
	public interface Work<T> {

		T work() throws Exception;

	}

	/**
	 * Says what is configured.
	 */
	public static final class Builder {

		private Duration connectionTimeout = Duration.ofSeconds(20);

		private PoolSize primarySize = new PoolSize(4, 0);

		private PoolSize replicaSize = new PoolSize(4, 1);

		private Duration drainTimeout = Duration.ofSeconds(30);

		private Duration sickAfter = Duration.ofSeconds(20);

		private boolean fallbackToPrimary = true;

		private @Nullable Duration maximumLag;

		private BiFunction<ServerPoolFactory, PoolSettings, ServerPools> pools = ServerPools::new;

		private Consumer<HikariConfig> hikari = (config) -> {
		};

		private Builder() {
		}

		public Builder connectionTimeout(Duration timeout) {
			this.connectionTimeout = timeout;
			return this;
		}

		public Builder primarySize(int maximum, int idle) {
			this.primarySize = new PoolSize(maximum, idle);
			return this;
		}

		public Builder replicaSize(int maximum, int idle) {
			this.replicaSize = new PoolSize(maximum, idle);
			return this;
		}

		public Builder drainTimeout(Duration timeout) {
			this.drainTimeout = timeout;
			return this;
		}

		public Builder sickAfter(Duration sickAfter) {
			this.sickAfter = sickAfter;
			return this;
		}

		public Builder fallbackToPrimary(boolean fallback) {
			this.fallbackToPrimary = fallback;
			return this;
		}

		public Builder maximumLag(Duration lag) {
			this.maximumLag = lag;
			return this;
		}

		/**
		 * Called for each pool that is made, twice or more.
		 */
		public Builder hikari(Consumer<HikariConfig> hikari) {
			this.hikari = hikari;
			return this;
		}

		public Builder pools(BiFunction<ServerPoolFactory, PoolSettings, ServerPools> pools) {
			this.pools = pools;
			return this;
		}

		private Supplier<HikariConfig> template() {
			return () -> {
				HikariConfig config = new HikariConfig();
				config.setConnectionTimeout(this.connectionTimeout.toMillis());
				this.hikari.accept(config);
				return config;
			};
		}

		public StandInApplication start() {
			return new StandInApplication(this);
		}

	}

}
