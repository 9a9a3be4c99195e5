package io.github.jujupgsql.campaign;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.Sql;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The host of the master vanishes from the network: what is sent to it gets no answer,
 * not even that there is nobody, and what is open there stays open. The relation file
 * never changes. After each round with a promotion holds what {@link FailoverTests} says.
 * The system property {@code juju.pgsql.test.rounds} says how many rounds each test with
 * a load has, 1 unless told.
 * <p>
 * Needs Linux, root and network namespaces.
 */
@PgsqlClusterTest(standbys = 2, synchronous = true)
class VanishedHostTests extends AbstractFailoverTests {

	private static final int ROUNDS = 1;

	private static final Duration SICK_AFTER = Duration.ofMillis(500);

	private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

	/** How much longer than that closing an application may take. */
	private static final Duration CLOSING = Duration.ofSeconds(5);

	/** What a thread may lose on a busy machine. */
	private static final Duration BUSY = Duration.ofSeconds(1);

	/** For how long HikariCP takes what is idle for good. */
	private static final Duration UNTRIED = Duration.ofMillis(500);

	private static final @Nullable String OBSTACLE = NetworkNamespace.obstacle();

	private final Map<PgsqlServer, VanishingHost> hosts = new LinkedHashMap<>();

	@BeforeEach
	void giveEachServerAHost() throws IOException {
		// before each test, as one that is skipped is in the report then, with the reason
		assumeTrue(OBSTACLE == null, () -> "There are no network namespaces: " + OBSTACLE);
		for (PgsqlServer server : cluster.servers()) {
			this.hosts.put(server, new VanishingHost(server));
		}
		writeHosts(cluster.master());
	}

	private void writeHosts(@Nullable PgsqlServer master) {
		Map<String, @Nullable Object> content = new LinkedHashMap<>();
		content.put("master", (master != null) ? host(master).connectionString() : null);
		content.put("standbys", cluster.standbys().stream().map((each) -> host(each).connectionString()).toList());
		relation.write(new ObjectMapper().writeValueAsString(content));
	}

	@AfterEach
	void closeHosts() throws IOException {
		for (VanishingHost host : this.hosts.values()) {
			host.close();
		}
	}

	@Test
	void whenAStandbyIsPromotedThenItIsThePrimary() throws Exception {
		underLoad(followHosts(),
				(application, load) -> Rounds.run(ROUNDS, (number) -> round(application, load, false)));
	}

	@Test
	void whenTheHostIsBackAsItWasThenThePromotedStandbyStaysThePrimary() throws Exception {
		underLoad(followHosts(), (application, load) -> Rounds.run(ROUNDS, (number) -> round(application, load, true)));
	}

	private void round(FollowingApplication application, Load load, boolean backAsItWas) throws Exception {
		application.awaitFullPools();
		load.awaitProgress();
		PgsqlServer old = cluster.master();
		host(old).vanish();
		PgsqlServer next = nextMaster();
		Set<Backend> open = Backend.of(next);
		cluster.promote(next);
		long switched = application.awaitPrimary(host(next).address());
		load.awaitProgress();
		load.assertNothingLost(next);
		if (backAsItWas) {
			host(old).appear();
			load.awaitProgress();
			cluster.rejoin(old);
		}
		else {
			cluster.rejoin(old);
			host(old).appear();
		}
		awaitReplicas(application, cluster.standbys());
		load.awaitProgress();
		check(load.takeHistory(), old, next, switched, open);
	}

	@Test
	void whenNobodyWroteMeanwhileThenTheNextWriteWaitsForThePromotedStandby() throws Exception {
		try (FollowingApplication application = followHosts()) {
			application.awaitFullPools();
			host(cluster.master()).vanish();
			PgsqlServer next = cluster.promote(nextMaster());
			// what has been idle for less is lent without being tried
			await().pollDelay(UNTRIED).until(() -> true);
			try (Connection connection = application.primary().getConnection()) {
				Sql.execute(connection, "INSERT INTO notes VALUES (1)");
				assertThat(Backend.of(connection).isOn(next)).isTrue();
			}
		}
	}

	@Test
	void whenNobodyTakesItsPlaceThenNoThreadWaitsForLongerThanItMay() throws Exception {
		underLoad(followImpatiently(),
				(application, load) -> Rounds.run(ROUNDS, (number) -> roundWithoutSuccessor(application, load)));
	}

	private void roundWithoutSuccessor(FollowingApplication application, Load load) throws Exception {
		application.awaitFullPools();
		load.awaitProgress();
		load.takeHistory();
		PgsqlServer master = cluster.master();
		long vanished = System.nanoTime();
		host(master).vanish();
		application.awaitNoPrimary();
		load.awaitProgress();
		host(master).appear();
		long back = application.awaitPrimary(host(master).address());
		load.awaitProgress();
		load.assertNothingLost(master);
		checkWaits(load.takeHistory(), master, vanished, back);
		// the server hears of what was aborted when TCP tries again, which it does not
		// for ever
		application.awaitFullPools();
		OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
	}

	private static void checkWaits(List<Operation> history, PgsqlServer master, long vanished, long back) {
		List<Operation> failed = history.stream().filter(Operation::failed).toList();
		assertThat(failed).filteredOn((operation) -> operation.kind() == Kind.READ_OF_REPLICA).isEmpty();
		assertThat(failed).filteredOn((operation) -> operation.began() >= back)
			.extracting((operation) -> operation.relativeTo(back))
			.as("failed, times relative to when it was the primary again")
			.isEmpty();
		// it is asked after a part of the first time, and must answer within that
		long aborted = vanished + SICK_AFTER.multipliedBy(2).plus(CONNECTION_TIMEOUT).plus(BUSY).toNanos();
		assertThat(failed).filteredOn((operation) -> operation.wasOn(master))
			.isNotEmpty()
			.filteredOn((operation) -> operation.ended() > aborted)
			.extracting((operation) -> operation.relativeTo(vanished))
			.as("in a query for too long, times relative to when the host vanished")
			.isEmpty();
		long waiting = CONNECTION_TIMEOUT.plus(BUSY).toNanos();
		assertThat(failed).filteredOn((operation) -> !operation.wasOn(master))
			.isNotEmpty()
			.filteredOn((operation) -> operation.ended() - operation.began() > waiting)
			.extracting((operation) -> operation.relativeTo(vanished))
			.as("waited for too long, times relative to when the host vanished")
			.isEmpty();
	}

	@Test
	void theApplicationCanBeClosedWhileThreadsAreInAQueryThere() throws Exception {
		FollowingApplication application = followImpatiently();
		List<CompletableFuture<Throwable>> stuck = query(application.primary().getConnection(),
				application.primary().getConnection());
		host(cluster.master()).vanish();
		assertClosesInTime(application);
		assertComeBack(stuck);
	}

	@Test
	void theApplicationCanBeClosedOnceAllHostsHaveVanished() throws Exception {
		FollowingApplication application = followImpatiently();
		List<CompletableFuture<Throwable>> stuck = query(application.primary().getConnection(),
				application.replica().getConnection());
		for (VanishingHost host : this.hosts.values()) {
			host.vanish();
		}
		application.awaitNoPrimary();
		assertClosesInTime(application);
		assertComeBack(stuck);
	}

	@Test
	void theApplicationCanBeClosedWhileThreadsHaveYetToLeaveIt() throws Exception {
		FollowingApplication application = followImpatiently();
		List<CompletableFuture<Throwable>> stuck = query(application.primary().getConnection(),
				application.primary().getConnection());
		host(cluster.master()).vanish();
		writeHosts(null);
		application.awaitNoPrimary();
		assertClosesInTime(application);
		assertComeBack(stuck);
	}

	@Test
	void theApplicationCanBeClosedOnceAStandbyHasTakenItsPlace() throws Exception {
		FollowingApplication application = followImpatiently();
		List<CompletableFuture<Throwable>> stuck = query(application.primary().getConnection(),
				application.primary().getConnection());
		host(cluster.master()).vanish();
		PgsqlServer next = cluster.promote(nextMaster());
		application.awaitPrimary(host(next).address());
		assertClosesInTime(application);
		assertComeBack(stuck);
	}

	private static List<CompletableFuture<Throwable>> query(Connection... connections) {
		List<CompletableFuture<Throwable>> queries = new ArrayList<>();
		for (Connection connection : connections) {
			queries.add(
					FollowingApplication.async(() -> catchThrowable(() -> Sql.ask(connection, "SELECT pg_sleep(20)"))));
		}
		return queries;
	}

	private static void assertClosesInTime(FollowingApplication application) {
		long began = System.nanoTime();
		application.close();
		assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DRAIN_TIMEOUT.plus(CLOSING));
		OpenResources.assertNothing(List.of());
	}

	private static void assertComeBack(Collection<CompletableFuture<Throwable>> stuck) throws Exception {
		for (CompletableFuture<Throwable> query : stuck) {
			assertThat(query.get(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS))
				.isInstanceOf(SQLException.class);
		}
	}

	private FollowingApplication followImpatiently() {
		return followHosts("spring.datasource.hikari.connection-timeout=" + CONNECTION_TIMEOUT.toMillis(),
				"juju.pgsql.drain-timeout=" + DRAIN_TIMEOUT.toMillis() + "ms");
	}

	private FollowingApplication followHosts(String... properties) {
		FollowingApplication application = FollowingApplication.underLoad(relation)
			.properties("juju.pgsql.primary.sick-after=" + SICK_AFTER.toMillis() + "ms")
			.properties(properties)
			.start();
		application.awaitPrimary(host(cluster.master()).address());
		awaitReplicas(application, cluster.standbys());
		return application;
	}

	private void awaitReplicas(FollowingApplication application, List<PgsqlServer> standbys) {
		application.awaitReplicasAt(standbys.stream().map((standby) -> host(standby).address()).toList());
	}

	private VanishingHost host(PgsqlServer server) {
		return Objects.requireNonNull(this.hosts.get(server));
	}

}
