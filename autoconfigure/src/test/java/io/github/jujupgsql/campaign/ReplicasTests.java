package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.Sql;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.support.JdbcUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Reads are spread over the standbys that are fit, whatever becomes of one of them.
 */
@PgsqlClusterTest(standbys = 3)
class ReplicasTests extends AbstractCampaignTests {

	private static final int ROUNDS = 1;

	private static final int COMINGS_AND_GOINGS = 10;

	private static final String SICK_AFTER = "juju.pgsql.replica.sick-after=1s";

	@Test
	void inTurnEveryStandbyHasItsShare() throws Exception {
		try (FollowingApplication application = followUnderLoad("juju.pgsql.replica.load-balancing=round-robin",
				"spring.datasource.hikari.maximum-pool-size=16", "juju.pgsql.replica.minimum-idle=8")) {
			try (Load load = Load.on(application)) {
				load.takeHistory();
				await().pollInSameThread().until(() -> {
					load.awaitProgress();
					return load.reads() > 1500;
				});
				Map<Integer, Long> shares = load.takeHistory()
					.stream()
					.filter((operation) -> operation.kind() == Kind.READ_OF_REPLICA)
					.collect(Collectors.groupingBy(
							(operation) -> (operation.backend() != null) ? operation.backend().port() : -1,
							Collectors.counting()));
				long all = shares.values().stream().mapToLong(Long::longValue).sum();
				assertThat(shares).hasSize(3);
				assertThat(shares.values()).as("of %s reads", all)
					.allSatisfy((share) -> assertThat(share).isBetween(all * 9 / 30, all * 11 / 30));
			}
		}
	}

	@Test
	void theLessBusyOfTwoIsTaken() throws Exception {
		try (FollowingApplication application = followUnderLoad()) {
			// whoever asked them for their role may be about to give its connection back
			await().until(
					() -> cluster.standbys().stream().map(application::poolOf).allMatch((pool) -> pool.getBusy() == 0));
			try (Connection held = application.replica().getConnection()) {
				int busy = Backend.of(held).port();
				for (int i = 0; i < 30; i++) {
					try (Connection connection = application.replica().getConnection()) {
						assertThat(Backend.of(connection).port()).isNotEqualTo(busy);
					}
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "least-busy", "round-robin" })
	void whenAStandbyHangsThenOnlyReadsInFlightOnItFail(String loadBalancing) throws Exception {
		campaign(PgsqlServer::freeze, PgsqlServer::thaw, "juju.pgsql.replica.load-balancing=" + loadBalancing);
	}

	@Test
	void whenAStandbyIsKilledThenOnlyReadsInFlightOnItFail() throws Exception {
		campaign(PgsqlServer::crash, PgsqlServer::start);
	}

	@Test
	void whenAStandbyIsStoppedThenOnlyReadsInFlightOnItFail() throws Exception {
		campaign(PgsqlServer::stop, PgsqlServer::start);
	}

	private static void campaign(Consumer<PgsqlServer> fault, Consumer<PgsqlServer> cure, String... properties)
			throws Exception {
		underLoad((application, load) -> Rounds.run(ROUNDS, (number) -> {
			PgsqlServer sick = cluster.standbys().get(number % 3);
			load.awaitProgress();
			load.takeHistory();
			fault.accept(sick);
			long avoided = application.awaitAvoided(sick);
			application.awaitReplicas(others(sick));
			load.awaitProgress();
			cure.accept(sick);
			application.awaitReplicas(cluster.standbys());
			load.awaitProgress();
			checkWhatFailed(load.takeHistory(), sick, avoided);
		}), Stream.concat(Stream.of(SICK_AFTER), Stream.of(properties)).toArray(String[]::new));
	}

	private static List<PgsqlServer> others(PgsqlServer sick) {
		return cluster.standbys().stream().filter((standby) -> !standby.equals(sick)).toList();
	}

	/**
	 * Nobody can know of a fault before there is a first failure, or no answer.
	 */
	private static void checkWhatFailed(List<Operation> history, PgsqlServer sick, long avoided) {
		long noticed = history.stream()
			.filter(Operation::failed)
			.mapToLong(Operation::ended)
			.reduce(avoided, Math::min);
		assertThat(history).filteredOn(Operation::failed)
			.filteredOn((operation) -> operation.kind() != Kind.READ_OF_REPLICA || !operation.wasOn(sick)
					|| operation.began() > noticed)
			.extracting((operation) -> operation.relativeTo(noticed))
			.as("failed, other than in flight on %s; times relative to the first failure", sick)
			.isEmpty();
	}

	@Test
	void whenAStandbyIsKilledWhileNobodyReadsThenNoReadFailsAndItIsLeftOut() throws Exception {
		try (FollowingApplication application = followUnderLoad(SICK_AFTER, "juju.pgsql.replica.maximum-pool-size=1",
				"juju.pgsql.replica.minimum-idle=1")) {
			Rounds.run(ROUNDS, (number) -> {
				PgsqlServer sick = cluster.standbys().get(number % 3);
				application.awaitReplicas(cluster.standbys());
				ServerPool pool = application.poolOf(sick);
				do {
					read(application);
				}
				while (!isTrusted(pool));
				await().until(() -> !isTrusted(pool));
				sick.crash();
				for (int i = 0; i < 20; i++) {
					read(application);
				}
				application.awaitReplicas(others(sick));
				sick.start();
			});
		}
	}

	private static boolean isTrusted(ServerPool pool) throws Exception {
		try (AutoCloseable borrowed = pool.borrow(1000)) {
			return borrowed instanceof Connection;
		}
	}

	private static void read(FollowingApplication application) throws SQLException {
		try (Connection connection = application.replica().getConnection()) {
			Sql.execute(connection, "SELECT");
		}
	}

	@Test
	void standbysMayComeAndGoAtAnyTimeWithoutAReadThatFails() throws Exception {
		Random random = new Random(42);
		try (FollowingApplication application = followUnderLoad()) {
			try (Load load = Load.on(application)) {
				Rounds.run(COMINGS_AND_GOINGS, (number) -> {
					List<PgsqlServer> some = new ArrayList<>(cluster.standbys());
					Collections.shuffle(some, random);
					some = some.subList(0, random.nextInt(4));
					relation.write(cluster.master(), some);
					if (random.nextBoolean()) {
						application.awaitReplicas(some);
						load.awaitProgress();
					}
				});
				relation.write();
				application.awaitReplicas(cluster.standbys());
				load.awaitProgress();
				load.assertNothingFailed();
			}
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
		}
	}

	@Test
	void aStandbyThatLagsIsLeftOutUntilItHasCaughtUp() throws Exception {
		PgsqlServer lagging = cluster.standbys().get(0);
		try (FollowingApplication application = followUnderLoad("juju.pgsql.replica.maximum-lag=1s")) {
			boolean idle = false;
			while (!idle) {
				lagging.resumeReplay();
				application.awaitReplicas(cluster.standbys());
				lagging.pauseReplay();
				long replicas = fewestReplicasDuring(application, Duration.ofSeconds(3));
				// PostgreSQL writes something by itself now and then, also just before
				// the pause
				idle = Sql.ask(lagging, "SELECT pg_last_wal_replay_lsn()")
					.equals(Sql.ask(cluster.master(), "SELECT pg_current_wal_flush_lsn()"));
				if (idle) {
					assertThat(replicas).isEqualTo(3);
				}
			}
			try (Load load = Load.on(application)) {
				application.awaitReplicas(cluster.standbys().subList(1, 3));
				load.awaitProgress();
				lagging.resumeReplay();
				application.awaitReplicas(cluster.standbys());
				load.assertNothingFailed();
			}
			assertThat(application.poolOf(lagging).getLag()).isLessThan(Duration.ofSeconds(2));
		}
		finally {
			lagging.resumeReplay();
		}
	}

	private static long fewestReplicasDuring(FollowingApplication application, Duration duration) {
		AtomicLong fewest = new AtomicLong(Long.MAX_VALUE);
		await().during(duration).atMost(duration.multipliedBy(10)).until(() -> {
			fewest.accumulateAndGet(application.roles().replicas().size(), Math::min);
			return true;
		});
		return fewest.get();
	}

	@Test
	void whileThePrimaryServesReadsTheyCannotWrite() throws Exception {
		relation.write(cluster.master(), List.of());
		try (FollowingApplication application = FollowingApplication.underLoad(relation)
			.properties("spring.datasource.hikari.maximum-pool-size=1")
			.start()) {
			assertThatWritesAreRefused(application.replica(), true);
			assertThatWritesAreRefused(application.replica(), false);
			try (Connection connection = application.primary().getConnection()) {
				assertThat(connection.isReadOnly()).isFalse();
				Sql.execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
			}
			relation.write();
			application.awaitReplicas(cluster.standbys());
			assertThatWritesAreRefused(application.replica(), true);
			assertThatWritesAreRefused(application.replica(), false);
		}
	}

	@Test
	void aReaderOfThePrimaryThatHasBeenCutOffIsClosedQuietly() throws Exception {
		relation.write(cluster.master(), List.of());
		try (FollowingApplication application = FollowingApplication.underLoad(relation).start();
				Connection superuser = cluster.master().superuserConnection()) {
			try (Connection connection = application.replica().getConnection()) {
				Sql.execute(superuser, "SELECT pg_terminate_backend(" + Backend.of(connection).pid() + ", 10000)");
			}
			assertThatWritesAreRefused(application.replica(), true);
		}
	}

	@Test
	void aConnectionThatCannotBeMadeReadOnlyIsReplaced() throws Exception {
		try (FollowingApplication application = followUnderLoad("spring.datasource.hikari.auto-commit=false",
				"juju.pgsql.replica.maximum-pool-size=1", "spring.datasource.hikari.connection-timeout=5000")) {
			for (int i = 0; i < 12; i++) {
				Connection connection = application.replica().getConnection();
				// HikariCP does not notice that this begins a transaction, and cannot end
				// it
				connection.setSchema("public");
				JdbcUtils.closeConnection(connection);
			}
		}
	}

	private static void assertThatWritesAreRefused(DataSource dataSource, boolean autoCommit) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(connection.isReadOnly()).isTrue();
			connection.setAutoCommit(autoCommit);
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> Sql.execute(connection, "CREATE TABLE refused (i int)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
		}
	}

	@Test
	void withoutFallbackReadersAreToldWhyThereIsNoReplica() throws Exception {
		cluster.standbys().forEach(PgsqlServer::crash);
		try (FollowingApplication application = FollowingApplication.underLoad(relation)
			.properties("juju.pgsql.replica.fallback-to-primary=false",
					"spring.datasource.hikari.connection-timeout=1000")
			.start()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> application.replica().getConnection())
				.withMessageContaining("No replica within 1000 ms")
				.withMessageContaining(cluster.standbys().get(0).address())
				.withMessageContaining("fallback-to-primary");
			application.primary().getConnection().close();
		}
	}

}
