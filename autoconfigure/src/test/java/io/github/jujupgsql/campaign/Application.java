package io.github.jujupgsql.campaign;

import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import javax.management.JMException;
import javax.management.ObjectName;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.event.PgsqlRelationEvent;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.Roles;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.github.jujupgsql.watch.RelationFileWatcher;
import io.github.jujupgsql.watch.RelationState;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that follows a relation. Its pools are smaller than a {@link Load} has
 * threads, so that there are always some that wait, and always full.
 */
final class Application implements AutoCloseable {

	/** What servers know its sessions by, or what that begins with. */
	static final String NAME = "campaign";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	/** How long nothing may come any more: something may have been being opened. */
	private static final Duration ON_ITS_WAY = Duration.ofMillis(100);

	private final AnnotationConfigApplicationContext context;

	private Application(AnnotationConfigApplicationContext context) {
		this.context = context;
	}

	static Application following(RelationFile relation, String... properties) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		TestPropertyValues
			.of("juju.pgsql.relation-file=" + relation.path(), "spring.application.name=" + NAME,
					"spring.datasource.hikari.maximum-pool-size=4", "spring.datasource.hikari.register-mbeans=true",
					"juju.pgsql.replica.minimum-idle=4",
					// longer than anything here waits, and than a busy machine takes
					"juju.pgsql.drain-timeout=10m", "juju.pgsql.replica.sick-after=20s")
			.and(properties)
			.applyTo(context);
		context.register(PgsqlAutoConfiguration.class, Told.class);
		context.refresh();
		context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
		return new Application(context);
	}

	DataSource primary() {
		return this.context.getBean("dataSource", DataSource.class);
	}

	DataSource replica() {
		return this.context.getBean("replicaDataSource", DataSource.class);
	}

	/**
	 * What the application was told of its relation.
	 * @return the names of the events so far
	 */
	List<String> told() {
		return List.copyOf(this.context.getBean(Told.class).names);
	}

	RelationState relation() {
		return this.context.getBean(RelationFileWatcher.class).getState();
	}

	RoleTable roles() {
		return pools().getRoles().current();
	}

	private ServerPools pools() {
		return this.context.getBean(ServerPools.class);
	}

	/**
	 * Waits until a server is the primary. Returns as soon as the table of roles is in
	 * force that says so.
	 * @param address the server
	 * @return a moment at which it was in force, as of {@link System#nanoTime()}
	 */
	long awaitPrimary(String address) throws InterruptedException {
		return awaitRoles("the primary is " + address,
				(table) -> table.primary() != null && table.primary().getServer().equals(address));
	}

	/**
	 * Waits until servers, and no others, are the replicas.
	 * @param servers the servers
	 */
	void awaitReplicas(Collection<PgsqlServer> servers) throws InterruptedException {
		Set<String> addresses = servers.stream().map(PgsqlServer::address).collect(Collectors.toSet());
		awaitRoles("the replicas are " + addresses, (table) -> addresses
			.equals(table.replicas().stream().map(ServerPool::getServer).collect(Collectors.toSet())));
	}

	long awaitRoles(String what, Predicate<RoleTable> condition) throws InterruptedException {
		Roles roles = pools().getRoles();
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		RoleTable table = roles.current();
		while (!condition.test(table)) {
			assertThat(System.nanoTime() - deadline).as("waiting until %s, with %s", what, table).isNegative();
			table = roles.awaitOtherThan(table, deadline);
		}
		return System.nanoTime();
	}

	/**
	 * Waits until a replica is left out, or at least avoided.
	 * @param server the replica
	 * @return a moment at which that was so, as of {@link System#nanoTime()}
	 */
	long awaitAvoided(PgsqlServer server) {
		await().atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> roles().replicas()
				.stream()
				.filter((pool) -> pool.getServer().equals(server.address()))
				.allMatch(ServerPool::isSilent));
		return System.nanoTime();
	}

	/**
	 * Waits until each pool in use has as many connections as it may have.
	 */
	void awaitFullPools() {
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
	ServerPool poolOf(PgsqlServer server) {
		return poolsInUse().stream()
			.filter((pool) -> pool.getServer().equals(server.address()))
			.findFirst()
			.orElseThrow(() -> new AssertionError(server + " has no role in " + roles()));
	}

	private List<ServerPool> poolsInUse() {
		RoleTable table = roles();
		List<ServerPool> pools = new ArrayList<>(table.replicas());
		if (table.primary() != null) {
			pools.add(table.primary());
		}
		return pools;
	}

	/**
	 * Nothing is left of what the relation has left: no pool, no thread, no session.
	 * @param servers all servers there are, also those that the relation does not name
	 */
	void assertOnlyTheCurrentPoolsAreThere(Collection<PgsqlServer> servers) {
		await().during(ON_ITS_WAY).atMost(PATIENCE).untilAsserted(() -> {
			Set<String> names = poolsInUse().stream().map(ServerPool::getName).collect(Collectors.toSet());
			assertThat(pools().getDraining()).as("draining pools").isEmpty();
			assertThat(poolsInJmx()).containsExactlyInAnyOrderElementsOf(names);
			assertThat(threads()).allMatch((thread) -> names.stream().anyMatch((name) -> thread.startsWith(name + ":"))
					|| thread.startsWith("pgsql-background-")
					|| thread.matches("pgsql-(roles|relation-watcher|events)"));
			int connections = poolsInUse().stream().mapToInt(Application::connections).sum();
			int sessions = 0;
			for (PgsqlServer server : servers) {
				sessions += sessions(server);
			}
			assertThat(sessions).as("sessions on %s", servers).isEqualTo(connections);
		});
	}

	/**
	 * Nothing at all is left of a closed application.
	 * @param servers all servers there are
	 */
	static void assertNothingIsThere(Collection<PgsqlServer> servers) {
		await().during(ON_ITS_WAY).atMost(PATIENCE).untilAsserted(() -> {
			assertThat(poolsInJmx()).isEmpty();
			assertThat(threads()).isEmpty();
			for (PgsqlServer server : servers) {
				assertThat(sessions(server)).as("sessions on %s", server).isZero();
			}
		});
	}

	private static int connections(ServerPool pool) {
		return Objects.requireNonNull(pool.getDataSource()).getHikariPoolMXBean().getTotalConnections();
	}

	private static Set<String> poolsInJmx() throws JMException {
		return ManagementFactory.getPlatformMBeanServer()
			.queryNames(new ObjectName("com.zaxxer.hikari:*"), null)
			.stream()
			.map((name) -> name.getKeyProperty("type"))
			.filter((type) -> type.startsWith("Pool ("))
			.map((type) -> type.substring("Pool (".length(), type.length() - 1))
			.collect(Collectors.toSet());
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			// the driver's open connections that nobody may be waiting for any more
			.filter((name) -> name.startsWith("pgsql-") || name.startsWith("PostgreSQL JDBC driver connection thread"))
			.toList();
	}

	private static int sessions(PgsqlServer server) throws SQLException {
		return server.isRunning() ? Backend.of(server).size() : 0;
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * Hears what becomes of the relation.
	 */
	static final class Told {

		private final Queue<String> names = new ConcurrentLinkedQueue<>();

		@EventListener
		void hear(PgsqlRelationEvent event) {
			this.names.add(event.getClass().getSimpleName());
		}

	}

}
