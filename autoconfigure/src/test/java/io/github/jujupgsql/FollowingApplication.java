package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.actuate.PgsqlEndpoint;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.github.jujupgsql.watch.RelationState;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that follows a relation, and questions to ask it.
 */
public final class FollowingApplication implements AutoCloseable {

	/** What servers know its sessions by, or what that begins with. */
	public static final String NAME = "following";

	/** Longer than anything takes, also on a busy machine. */
	public static final Duration PATIENCE = Duration.ofSeconds(60);

	private final ConfigurableApplicationContext context;

	FollowingApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Describe an application in whose pools nothing stays idle.
	 * @param relation what it follows
	 * @return what starts it
	 */
	static ApplicationStarter of(RelationFile relation) {
		return of(relation.path());
	}

	static ApplicationStarter of(Path relationFile) {
		return starter(relationFile).properties("spring.datasource.hikari.minimum-idle=0");
	}

	/**
	 * Describe an application whose pools are always full, and that gives nothing up
	 * soon: neither a connection of a server that has left, nor a standby that is slow.
	 * @param relation what it follows
	 * @return what starts it
	 */
	public static ApplicationStarter underLoad(RelationFile relation) {
		return starter(relation.path()).properties("spring.datasource.hikari.register-mbeans=true",
				"juju.pgsql.replica.minimum-idle=4", "juju.pgsql.drain-timeout=10m",
				"juju.pgsql.replica.sick-after=20s");
	}

	private static ApplicationStarter starter(Path relationFile) {
		return new ApplicationStarter().properties("juju.pgsql.relation-file=" + relationFile);
	}

	/** The common pool has too few threads to have them all wait. */
	public static <T> CompletableFuture<T> async(Supplier<T> work) {
		return CompletableFuture.supplyAsync(work, (task) -> new Thread(task).start());
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public DataSource primary() {
		return this.context.getBean("dataSource", DataSource.class);
	}

	public DataSource replica() {
		return this.context.getBean("replicaDataSource", DataSource.class);
	}

	/**
	 * Only what is in use stays open in the primary's pool, and it is not kept
	 * afterwards.
	 */
	void evictIdle() throws SQLException {
		primary().unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
	}

	MeterRegistry meters() {
		return bean(MeterRegistry.class);
	}

	PgsqlDescriptor endpoint() {
		return bean(PgsqlEndpoint.class).pgsql();
	}

	Health health() {
		return Objects.requireNonNull(bean(PgsqlHealthIndicator.class).health());
	}

	Status status() {
		return health().getStatus();
	}

	/**
	 * What the application was told of its relation.
	 * @return the names of the events so far
	 */
	public List<String> told() {
		return bean(RelationEventNames.class).names();
	}

	public RelationState relation() {
		return bean(RelationFileWatcher.class).getState();
	}

	public RoleTable roles() {
		return pools().getRoles().current();
	}

	public ServerPools pools() {
		return bean(ServerPools.class);
	}

	/**
	 * Wait until a server is the primary. Returns as soon as the table of roles is in
	 * force that says so.
	 * @param server the server
	 * @return a moment at which it was in force, as of {@link System#nanoTime()}
	 */
	public long awaitPrimary(PgsqlServer server) {
		return awaitPrimary(server.address());
	}

	public long awaitPrimary(String address) {
		return awaitRoles("the primary is " + address,
				(table) -> table.primary() != null && table.primary().getServer().equals(address));
	}

	public long awaitNoPrimary() {
		return awaitRoles("there is no primary", (table) -> table.primary() == null);
	}

	/**
	 * Wait until servers, and no others, are the replicas.
	 * @param servers the servers
	 */
	public void awaitReplicas(Collection<PgsqlServer> servers) {
		awaitReplicasAt(servers.stream().map(PgsqlServer::address).toList());
	}

	public void awaitReplicasAt(Collection<String> addresses) {
		List<String> expected = addresses.stream().sorted().toList();
		awaitRoles("the replicas are " + expected,
				(table) -> expected.equals(table.replicas().stream().map(ServerPool::getServer).sorted().toList()));
	}

	public long awaitRoles(String what, Predicate<RoleTable> condition) {
		CurrentRoles roles = pools().getRoles();
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		RoleTable table = roles.current();
		while (!condition.test(table)) {
			assertThat(System.nanoTime() - deadline).as("waiting until %s, with %s", what, table).isNegative();
			try {
				table = roles.awaitOtherThan(table, deadline);
			}
			catch (InterruptedException ex) {
				throw new AssertionError("Interrupted while waiting until " + what, ex);
			}
		}
		return System.nanoTime();
	}

	void awaitWaiting(int threads) {
		await().untilAsserted(() -> assertThat(endpoint().primary()).isNotNull()
			.extracting(PoolDescriptor::waiting)
			.isEqualTo(threads));
	}

	/**
	 * Wait until a replica is left out, or at least avoided.
	 * @param server the replica
	 * @return a moment at which that was so, as of {@link System#nanoTime()}
	 */
	public long awaitAvoided(PgsqlServer server) {
		await().atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> roles().replicas()
				.stream()
				.filter((pool) -> pool.getServer().equals(server.address()))
				.allMatch(ServerPool::isUnresponsive));
		return System.nanoTime();
	}

	/**
	 * Wait until each pool in use has as many connections as it may have.
	 */
	public void awaitFullPools() {
		await().atMost(PATIENCE).untilAsserted(() -> {
			for (ServerPool pool : poolsInUse()) {
				HikariDataSource opened = Objects.requireNonNull(pool.getDataSource());
				assertThat(opened.getHikariPoolMXBean().getTotalConnections()).as(pool.getName())
					.isEqualTo(opened.getMaximumPoolSize());
			}
		});
	}

	/**
	 * The pool of a server.
	 * @param server a server that has a role
	 */
	public ServerPool poolOf(PgsqlServer server) {
		return poolsInUse().stream()
			.filter((pool) -> pool.getServer().equals(server.address()))
			.findFirst()
			.orElseThrow(() -> new AssertionError(server + " has no role in " + roles()));
	}

	public List<ServerPool> poolsInUse() {
		RoleTable table = roles();
		List<ServerPool> pools = new ArrayList<>(table.replicas());
		if (table.primary() != null) {
			pools.add(table.primary());
		}
		return pools;
	}

	@Override
	public void close() {
		this.context.close();
	}

}
