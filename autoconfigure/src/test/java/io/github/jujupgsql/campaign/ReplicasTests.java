package io.github.jujupgsql.campaign;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.support.JdbcUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Reads are spread over the standbys that are fit, whatever becomes of one of them.
 */
class ReplicasTests {

	private static final int ROUNDS = 2;

	private static final int COMINGS_AND_GOINGS = 10;

	private static final String SICK_AFTER = "juju.pgsql.replica.sick-after=1s";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(3);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void prepare() throws SQLException {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
		Load.createTable(cluster);
	}

	@AfterEach
	void makeTheClusterWhole() {
		cluster.servers().stream().filter(PgsqlServer::isRunning).forEach(PgsqlServer::thaw);
		cluster.servers().forEach(PgsqlServer::start);
	}

	@Test
	void inTurnEveryStandbyHasItsShare() throws Exception {
		try (Application application = Application.following(this.relation,
				"juju.pgsql.replica.load-balancing=round-robin", "spring.datasource.hikari.maximum-pool-size=16",
				"juju.pgsql.replica.minimum-idle=8")) {
			application.awaitReplicas(cluster.standbys());
			try (Load load = Load.on(application)) {
				load.takeHistory();
				await().pollInSameThread().until(() -> {
					load.awaitProgress();
					return load.reads() > 3000;
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
		try (Application application = Application.following(this.relation)) {
			application.awaitReplicas(cluster.standbys());
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

	private void campaign(Consumer<PgsqlServer> fault, Consumer<PgsqlServer> cure, String... properties)
			throws Exception {
		try (Application application = Application.following(this.relation,
				Stream.concat(Stream.of(SICK_AFTER), Stream.of(properties)).toArray(String[]::new))) {
			application.awaitReplicas(cluster.standbys());
			try (Load load = Load.on(application)) {
				Rounds.run(ROUNDS, (number) -> {
					PgsqlServer sick = cluster.standbys().get(number % 3);
					List<PgsqlServer> others = new ArrayList<>(cluster.standbys());
					others.remove(sick);
					load.awaitProgress();
					load.takeHistory();
					fault.accept(sick);
					long avoided = application.awaitAvoided(sick);
					application.awaitReplicas(others);
					load.awaitProgress();
					cure.accept(sick);
					application.awaitReplicas(cluster.standbys());
					load.awaitProgress();
					checkWhatFailed(load.takeHistory(), sick, avoided);
				});
			}
			application.assertOnlyTheCurrentPoolsAreThere(cluster.servers());
		}
		Application.assertNothingIsThere(cluster.servers());
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
		try (Application application = Application.following(this.relation, SICK_AFTER,
				"juju.pgsql.replica.maximum-pool-size=1", "juju.pgsql.replica.minimum-idle=1")) {
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
				List<PgsqlServer> others = new ArrayList<>(cluster.standbys());
				others.remove(sick);
				application.awaitReplicas(others);
				sick.start();
			});
		}
	}

	private static boolean isTrusted(ServerPool pool) throws Exception {
		try (AutoCloseable borrowed = pool.borrow(1000)) {
			return borrowed instanceof Connection;
		}
	}

	private static void read(Application application) throws SQLException {
		try (Connection connection = application.replica().getConnection()) {
			execute(connection, "SELECT");
		}
	}

	@Test
	void standbysMayComeAndGoAtAnyTimeWithoutAReadThatFails() throws Exception {
		Random random = new Random(42);
		try (Application application = Application.following(this.relation)) {
			try (Load load = Load.on(application)) {
				Rounds.run(COMINGS_AND_GOINGS, (number) -> {
					List<PgsqlServer> some = new ArrayList<>(cluster.standbys());
					Collections.shuffle(some, random);
					some = some.subList(0, random.nextInt(4));
					this.relation.write(cluster.master(), some);
					if (random.nextBoolean()) {
						application.awaitReplicas(some);
						load.awaitProgress();
					}
				});
				this.relation.write();
				application.awaitReplicas(cluster.standbys());
				load.awaitProgress();
				assertThat(load.takeHistory()).filteredOn(Operation::failed).isEmpty();
			}
			application.assertOnlyTheCurrentPoolsAreThere(cluster.servers());
		}
	}

	@Test
	void aStandbyThatLagsIsLeftOutUntilItHasCaughtUp() throws Exception {
		PgsqlServer lagging = cluster.standbys().get(0);
		try (Application application = Application.following(this.relation, "juju.pgsql.replica.maximum-lag=1s")) {
			application.awaitReplicas(cluster.standbys());
			boolean idle = false;
			while (!idle) {
				lagging.resumeReplay();
				application.awaitReplicas(cluster.standbys());
				lagging.pauseReplay();
				String written = written();
				long replicas = fewestReplicasDuring(application, Duration.ofSeconds(3));
				// PostgreSQL writes something by itself now and then
				idle = written().equals(written);
				if (idle) {
					assertThat(replicas).isEqualTo(3);
				}
			}
			try (Load load = Load.on(application)) {
				application.awaitReplicas(cluster.standbys().subList(1, 3));
				load.awaitProgress();
				lagging.resumeReplay();
				application.awaitReplicas(cluster.standbys());
				assertThat(load.takeHistory()).filteredOn(Operation::failed).isEmpty();
			}
			assertThat(application.poolOf(lagging).getLag()).isLessThan(Duration.ofSeconds(2));
		}
		finally {
			lagging.resumeReplay();
		}
	}

	private static String written() throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	private static long fewestReplicasDuring(Application application, Duration duration) {
		AtomicLong fewest = new AtomicLong(Long.MAX_VALUE);
		await().during(duration).atMost(duration.multipliedBy(10)).until(() -> {
			fewest.accumulateAndGet(application.roles().replicas().size(), Math::min);
			return true;
		});
		return fewest.get();
	}

	@Test
	void whileThePrimaryServesReadsTheyCannotWrite() throws Exception {
		this.relation.write(cluster.master(), List.of());
		try (Application application = Application.following(this.relation,
				"spring.datasource.hikari.maximum-pool-size=1")) {
			assertThatWritesAreRefused(application.replica(), true);
			assertThatWritesAreRefused(application.replica(), false);
			try (Connection connection = application.primary().getConnection()) {
				assertThat(connection.isReadOnly()).isFalse();
				execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
			}
			this.relation.write();
			application.awaitReplicas(cluster.standbys());
			assertThatWritesAreRefused(application.replica(), true);
			assertThatWritesAreRefused(application.replica(), false);
		}
	}

	@Test
	void aReaderOfThePrimaryThatHasBeenCutOffIsClosedQuietly() throws Exception {
		this.relation.write(cluster.master(), List.of());
		try (Application application = Application.following(this.relation);
				Connection superuser = cluster.master().superuserConnection()) {
			try (Connection connection = application.replica().getConnection()) {
				execute(superuser, "SELECT pg_terminate_backend(" + Backend.of(connection).pid() + ", 10000)");
			}
			assertThatWritesAreRefused(application.replica(), true);
		}
	}

	@Test
	void aConnectionThatCannotBeMadeReadOnlyIsReplaced() throws Exception {
		try (Application application = Application.following(this.relation,
				"spring.datasource.hikari.auto-commit=false", "juju.pgsql.replica.maximum-pool-size=1",
				"spring.datasource.hikari.connection-timeout=5000")) {
			application.awaitReplicas(cluster.standbys());
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
				.isThrownBy(() -> execute(connection, "CREATE TABLE refused (i int)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
		}
	}

	@Test
	void withoutFallbackReadersAreToldWhyThereIsNoReplica() throws Exception {
		cluster.standbys().forEach(PgsqlServer::crash);
		try (Application application = Application.following(this.relation,
				"juju.pgsql.replica.fallback-to-primary=false", "spring.datasource.hikari.connection-timeout=1000")) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> application.replica().getConnection())
				.withMessageContaining("No replica within 1000 ms")
				.withMessageContaining(cluster.standbys().get(0).address())
				.withMessageContaining("fallback-to-primary");
			application.primary().getConnection().close();
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
