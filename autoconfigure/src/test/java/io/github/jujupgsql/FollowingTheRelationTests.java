package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFileFormat;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.Sql.addresses;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.backends;
import static io.github.jujupgsql.Sql.borrowFrom;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static io.github.jujupgsql.Sql.sessions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the DataSources on a real cluster whose relation changes.
 */
@ExtendWith(OutputCaptureExtension.class)
class FollowingTheRelationTests extends AbstractClusterTests {

	@AfterEach
	void noSecretWasToldAndNothingStays(CapturedOutput output) {
		assertThat(output).doesNotContain(cluster.password());
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("pgsql-")));
		assertThat(output).as("HikariCP has nothing to complain of").doesNotContain("Timed-out waiting");
	}

	@BeforeEach
	void dropTable() throws SQLException {
		execute(cluster.master(), "DROP TABLE IF EXISTS t");
	}

	@Test
	void writesGoToTheMasterAndReadsToAllStandbys() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
			Set<String> read = new HashSet<>();
			for (int i = 0; i < 50; i++) {
				read.add(serverOf(application.replica()));
			}
			assertThat(read).containsExactlyInAnyOrderElementsOf(addresses(cluster.standbys()));
		}
	}

	@Test
	void theServerSeesTheApplicationsName() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			assertThat(ask(application.primary(), "SHOW application_name")).isEqualTo("following");
		}
	}

	@Test
	void readersAreReadOnlyAndWritersAreNot() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			try (Connection connection = application.replica().getConnection()) {
				assertThat(connection.isReadOnly()).isTrue();
			}
			try (Connection connection = application.primary().getConnection()) {
				assertThat(connection.isReadOnly()).isFalse();
			}
		}
	}

	@Test
	void aPromotedStandbyTakesWritesOnAConnectionThatWasOpenBefore(CapturedOutput output) throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer promoted = cluster.standbys().get(0);
			PgsqlServer old = cluster.master();
			Set<String> openBefore = backends(application.replica(), promoted);
			old.crash();
			cluster.promote(promoted);
			relation.write();
			application.awaitPrimary(promoted);
			assertThat(ask(application.primary(), "SELECT pg_backend_pid()")).isIn(openBefore);
			execute(application.primary(), "CREATE TABLE t (i int)");
			await().untilAsserted(
					() -> assertThat(output.getAll().lines())
						.filteredOn((line) -> line.contains("Roles changed")
								&& line.contains("primary " + old.address() + " -> " + promoted.address()))
						.hasSize(1));
		}
	}

	@Test
	void aThreadThatWaitsForAConnectionOfAHungMasterIsServedByTheNewOne() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer hung = cluster.master();
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(application.primary().getConnection());
			}
			hung.freeze();
			CompletableFuture<Throwable> stuck = async(() -> catchThrowable(() -> ask(all.get(0), "SELECT 1")));
			List<CompletableFuture<String>> waiting = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				waiting.add(async(() -> serverOf(application.primary())));
			}
			application.awaitWaiting(3);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			assertThat(stuck.get(5, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
			for (CompletableFuture<String> borrowed : waiting) {
				assertThat(borrowed.get(5, TimeUnit.SECONDS)).isEqualTo(promoted.address());
			}
			for (Connection connection : all) {
				assertThat(catchThrowable(() -> ask(connection, "SELECT 1"))).isInstanceOf(SQLException.class);
				connection.close();
			}
		}
	}

	@Test
	void aThreadThatWaitsForADeadMasterIsServedByTheNewOne() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			application.evictIdle();
			cluster.master().crash();
			CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
			application.awaitWaiting(1);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(promoted.address());
		}
	}

	@Test
	void whenTheMasterComesBackThenAThreadThatWaitsForItIsServedAtOnce() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.evictIdle();
			cluster.master().crash();
			CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
			application.awaitWaiting(1);
			cluster.master().start();
			assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
		}
	}

	@Test
	void aThreadThatWaitsInVainIsToldWhatTheServerSaid() throws Exception {
		try (FollowingApplication application = followAndBorrow("spring.datasource.hikari.connection-timeout=500")) {
			assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
			application.evictIdle();
			cluster.master().crash();
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> application.primary().getConnection())
				.withMessageContaining(cluster.master().address())
				.withMessageContaining("refused");
			cluster.master().start();
		}
	}

	@Test
	void aTransactionOnADeposedMasterCannotCommitAlthoughThatMasterIsAlive() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer old = cluster.master();
			execute(application.primary(), "CREATE TABLE t (i int)");
			try (Connection lent = application.primary().getConnection()) {
				lent.setAutoCommit(false);
				execute(lent, "INSERT INTO t VALUES (1)");
				PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
				relation.write(promoted, List.of(old));
				application.awaitPrimary(promoted);
				assertThatExceptionOfType(SQLException.class).isThrownBy(lent::commit);
			}
			assertThat(old.isInRecovery()).isFalse();
			try (Connection connection = old.connection()) {
				assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("0");
			}
			assertThat(application.endpoint().replicas()).as("a deposed master serves no reads").isEmpty();
		}
	}

	@Test
	void aDeposedMasterThatRejoinsServesReadsFromAFreshPool() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			PgsqlServer old = cluster.master();
			assertThat(serverOf(application.primary())).isEqualTo(old.address());
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(old);
			relation.write();
			application.awaitReplicas(cluster.standbys());
			assertThat(addresses(cluster.standbys())).contains(old.address());
			assertThat(serverOf(application.primary())).isEqualTo(promoted.address());
		}
	}

	@Test
	void whenTheRelationIsAheadOfThePromotionThenBorrowersWaitForIt() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer next = cluster.standbys().get(0);
			relation.write(next, List.of());
			application.awaitNoPrimary();
			CompletableFuture<String> borrowed = async(() -> serverOf(application.primary()));
			assertThat(borrowed).isNotDone();
			assertThat(application.status()).isEqualTo(Status.DOWN);
			cluster.promote(next);
			assertThat(borrowed.get(20, TimeUnit.SECONDS)).isEqualTo(next.address());
			assertThat(application.status()).isEqualTo(Status.UP);
		}
	}

	@Test
	void whenThereIsNoMasterThenBorrowersWaitForOne() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			relation.write(null, cluster.standbys());
			application.awaitNoPrimary();
			CompletableFuture<String> borrowed = async(() -> serverOf(application.primary()));
			assertThat(borrowed).isNotDone();
			relation.write();
			assertThat(borrowed.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
		}
	}

	@Test
	void aThreadThatIsInterruptedWhileItWaitsForAMasterOrAConnectionIsLetGo() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(application.primary().getConnection());
			}
			Thread[] thread = new Thread[1];
			CompletableFuture<Boolean> waitsForConnection = interruptible(application, thread);
			application.awaitWaiting(1);
			thread[0].interrupt();
			assertThat(waitsForConnection.get(20, TimeUnit.SECONDS)).isTrue();
			for (Connection connection : all) {
				connection.close();
			}
			relation.write(null, cluster.standbys());
			application.awaitNoPrimary();
			CompletableFuture<Boolean> waitsForMaster = interruptible(application, thread);
			await().until(() -> thread[0] != null && thread[0].getState() == Thread.State.TIMED_WAITING);
			thread[0].interrupt();
			assertThat(waitsForMaster.get(20, TimeUnit.SECONDS)).isTrue();
		}
	}

	/**
	 * Borrow, and tell whether that ended with an interrupt that is still to be seen.
	 */
	private static CompletableFuture<Boolean> interruptible(FollowingApplication application, Thread[] thread) {
		thread[0] = null;
		CompletableFuture<Boolean> result = async(() -> {
			thread[0] = Thread.currentThread();
			Throwable thrown = catchThrowable(() -> application.primary().getConnection());
			return thrown instanceof SQLException && Thread.currentThread().isInterrupted();
		});
		await().until(() -> thread[0] != null);
		return result;
	}

	@Test
	void whenAStandbyLeavesThenItsWorkInFlightFinishes() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer leaving = cluster.standbys().get(0);
			PgsqlServer staying = cluster.standbys().get(1);
			try (Connection reading = borrowFrom(application.replica(), leaving)) {
				relation.write(cluster.master(), List.of(staying));
				application.awaitReplicas(List.of(staying));
				await().untilAsserted(
						() -> assertThat(application.endpoint().draining()).extracting(PoolDescriptor::server)
							.containsExactly(leaving.address()));
				assertThat(ask(reading, "SELECT 1")).isEqualTo("1");
				assertThat(serverOf(application.replica())).isEqualTo(staying.address());
			}
			await().untilAsserted(() -> assertThat(application.endpoint().draining()).isEmpty());
			assertThat(sessions(leaving)).isZero();
		}
	}

	@Test
	void whatIsStillInUseAfterTheDrainTimeoutIsAborted() throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.drain-timeout=100ms")) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer leaving = cluster.standbys().get(0);
			try (Connection reading = borrowFrom(application.replica(), leaving)) {
				relation.write(cluster.master(), List.of());
				await().untilAsserted(() -> assertThat(catchThrowable(() -> ask(reading, "SELECT 1")))
					.isInstanceOf(SQLException.class));
				await().untilAsserted(() -> assertThat(application.endpoint().draining()).isEmpty());
			}
		}
	}

	@Test
	void withoutStandbysReadsComeFromThePrimary() throws Exception {
		relation.write(cluster.master(), List.of());
		try (FollowingApplication application = followAndBorrow()) {
			assertThat(serverOf(application.replica())).isEqualTo(cluster.master().address());
			relation.write();
			application.awaitReplicas(cluster.standbys());
			assertThat(serverOf(application.replica())).isNotEqualTo(cluster.master().address());
		}
	}

	@Test
	void whenThePasswordRotatesThenWorkInFlightFinishesAndNewWorkUsesTheNewOne() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			String before = application.primary().unwrap(HikariDataSource.class).getPoolName();
			try (Connection working = application.primary().getConnection()) {
				cluster.rotatePassword();
				relation.write();
				await()
					.untilAsserted(() -> assertThat(application.endpoint().draining()).extracting(PoolDescriptor::pool)
						.contains(before));
				assertThat(ask(working, "SELECT 1")).isEqualTo("1");
				assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
			}
			await().untilAsserted(() -> assertThat(application.endpoint().draining()).isEmpty());
			assertThat(application.primary().unwrap(HikariDataSource.class).getPoolName()).isEqualTo(before + "-2");
		}
	}

	@Test
	void whenTheNewPasswordDoesNotWorkYetThenTheOldPoolsServeOn() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			String content = relation.content();
			Instant before = application.endpoint().relation().readAt();
			relation.write(content.replace(cluster.password(), "not-yet"));
			await().untilAsserted(() -> assertThat(application.endpoint().relation().readAt()).isNotEqualTo(before));
			assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
			assertThat(application.endpoint().replicas()).hasSize(2);
			cluster.rotatePassword("not-yet");
			await().untilAsserted(() -> assertThat(application.endpoint().primary()).extracting(PoolDescriptor::pool)
				.asString()
				.endsWith("-2"));
		}
	}

	@Test
	void whenOnlyTheFormOfTheRelationChangesThenNoPoolIsTouched() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			Object primary = application.primary().unwrap(HikariDataSource.class);
			PgsqlDescriptor before = application.endpoint();
			List<PgsqlServer> reversed = new ArrayList<>(cluster.standbys());
			java.util.Collections.reverse(reversed);
			relation.format(RelationFileFormat.YAML).uris().write(cluster.master(), reversed);
			application.awaitReplicas(reversed);
			assertThat(application.primary().unwrap(HikariDataSource.class)).isSameAs(primary);
			assertThat(application.endpoint().replicas()).extracting(PoolDescriptor::pool)
				.containsExactlyInAnyOrderElementsOf(before.replicas().stream().map(PoolDescriptor::pool).toList());
			assertThat(application.endpoint().draining()).isEmpty();
		}
	}

	@Test
	void whenTheFileBreaksThenTheServiceGoesOn() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			relation.write("{\"master\": \"host=");
			await().untilAsserted(() -> assertThat(application.endpoint().problem()).isNotNull());
			assertThat(application.endpoint().relation().invalidReads()).isOne();
			assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
			assertThat(application.status()).isEqualTo(Status.UP);
		}
	}

	@Test
	void aDeadStandbyDoesNotTakeTheApplicationDown() throws Exception {
		cluster.standbys().get(0).crash();
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(List.of(cluster.standbys().get(1)));
			assertThat(application.status()).isEqualTo(Status.UP);
		}
	}

	@Test
	void poolsAreSizedByRoleAlsoAfterTheRoleChanges() throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.primary.maximum-pool-size=7",
				"juju.pgsql.primary.minimum-idle=2", "juju.pgsql.replica.maximum-pool-size=3")) {
			application.awaitReplicas(cluster.standbys());
			assertThat(application.endpoint().replicas()).extracting(PoolDescriptor::maximum).containsOnly(3);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			application.awaitPrimary(promoted);
			HikariDataSource pool = application.primary().unwrap(HikariDataSource.class);
			assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
			assertThat(pool.getMinimumIdle()).isEqualTo(2);
		}
	}

	@Test
	void hikariPropertiesApplyToEveryPool() throws Exception {
		try (FollowingApplication application = followAndBorrow(
				"spring.datasource.hikari.connection-init-sql=SET statement_timeout = 1234",
				"spring.datasource.hikari.pool-name=mine",
				"spring.datasource.hikari.data-source-properties.prepareThreshold=7",
				"spring.datasource.url=jdbc:postgresql://elsewhere/notes",
				"spring.datasource.username=somebody-else")) {
			application.awaitReplicas(cluster.standbys());
			assertThat(ask(application.primary(), "SHOW statement_timeout")).isEqualTo("1234ms");
			assertThat(ask(application.replica(), "SHOW statement_timeout")).isEqualTo("1234ms");
			assertThat(application.endpoint().replicas()).extracting(PoolDescriptor::pool)
				.allMatch((name) -> name.startsWith("mine-127.0.0.1-"));
			try (Connection connection = application.primary().getConnection()) {
				assertThat(connection.unwrap(org.postgresql.PGConnection.class).getPrepareThreshold()).isEqualTo(7);
			}
		}
	}

	@Test
	void metricsFollowTheRoles() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			MeterRegistry registry = application.bean(SimpleMeterRegistry.class);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			application.awaitPrimary(promoted);
			HikariDataSource pool = application.primary().unwrap(HikariDataSource.class);
			pool.setMaximumPoolSize(9);
			assertThat(registry.get("jdbc.connections.max").tag("name", "dataSource").gauge().value()).isEqualTo(9);
			assertThat(registry.get("hikaricp.connections.max").tag("pool", pool.getPoolName()).gauge().value())
				.isEqualTo(9);
			await().untilAsserted(() -> assertThat(registry.find("hikaricp.connections").meters()).hasSize(2));
		}
	}

}
