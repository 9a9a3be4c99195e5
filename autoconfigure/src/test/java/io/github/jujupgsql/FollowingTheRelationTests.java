package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.github.jujupgsql.test.RelationFileFormat;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.ask;
import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.awaitWaiting;
import static io.github.jujupgsql.FollowingApplication.backends;
import static io.github.jujupgsql.FollowingApplication.borrowFrom;
import static io.github.jujupgsql.FollowingApplication.endpoint;
import static io.github.jujupgsql.FollowingApplication.evictIdle;
import static io.github.jujupgsql.FollowingApplication.execute;
import static io.github.jujupgsql.FollowingApplication.health;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.replica;
import static io.github.jujupgsql.FollowingApplication.serverOf;
import static io.github.jujupgsql.FollowingApplication.sessions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the DataSources on a real cluster whose relation changes.
 */
@ExtendWith(OutputCaptureExtension.class)
class FollowingTheRelationTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	private final ApplicationContextRunner runner = FollowingApplication.runner();

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@AfterEach
	void noSecretWasToldAndNothingStays(CapturedOutput output) {
		assertThat(output).doesNotContain(cluster.password());
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("pgsql-")));
		assertThat(output).as("HikariCP has nothing to complain of").doesNotContain("Timed-out waiting");
	}

	@AfterEach
	void makeTheClusterWhole() throws SQLException {
		Stream.concat(cluster.servers().stream(), cluster.formerMasters().stream())
			.filter(PgsqlServer::isRunning)
			.forEach(PgsqlServer::thaw);
		for (PgsqlServer server : cluster.formerMasters()) {
			cluster.rejoin(server);
		}
		cluster.servers().forEach(PgsqlServer::start);
		try (Connection connection = cluster.master().connection()) {
			execute(connection, "DROP TABLE IF EXISTS t");
		}
	}

	@Test
	void writesGoToTheMasterAndReadsToAllStandbys() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			Set<String> read = new HashSet<>();
			for (int i = 0; i < 50; i++) {
				read.add(serverOf(replica(context)));
			}
			assertThat(read).containsExactlyInAnyOrderElementsOf(addresses(cluster.standbys()));
		});
	}

	@Test
	void theServerSeesTheApplicationsName() {
		follow((context) -> assertThat(ask(primary(context), "SHOW application_name")).isEqualTo("following"));
	}

	@Test
	void readersAreReadOnlyAndWritersAreNot() {
		follow((context) -> {
			try (Connection connection = replica(context).getConnection()) {
				assertThat(connection.isReadOnly()).isTrue();
			}
			try (Connection connection = primary(context).getConnection()) {
				assertThat(connection.isReadOnly()).isFalse();
			}
		});
	}

	@Test
	void aPromotedStandbyTakesWritesOnAConnectionThatWasOpenBefore(CapturedOutput output) {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer promoted = cluster.standbys().get(0);
			PgsqlServer old = cluster.master();
			Set<String> openBefore = backends(replica(context), promoted);
			old.crash();
			cluster.promote(promoted);
			this.relation.write();
			awaitPrimary(context, promoted);
			assertThat(ask(primary(context), "SELECT pg_backend_pid()")).isIn(openBefore);
			execute(primary(context), "CREATE TABLE t (i int)");
			assertThat(output.getAll().lines())
				.filteredOn((line) -> line.contains("Roles changed")
						&& line.contains("primary " + old.address() + " -> " + promoted.address()))
				.hasSize(1);
		});
	}

	@Test
	void aThreadThatWaitsForAConnectionOfAHungMasterIsServedByTheNewOne() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer hung = cluster.master();
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(primary(context).getConnection());
			}
			hung.freeze();
			CompletableFuture<Throwable> stuck = async(() -> catchThrowable(() -> ask(all.get(0), "SELECT 1")));
			List<CompletableFuture<String>> waiting = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				waiting.add(async(() -> serverOf(primary(context))));
			}
			awaitWaiting(context, 3);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			this.relation.write();
			assertThat(stuck.get(5, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
			for (CompletableFuture<String> borrowed : waiting) {
				assertThat(borrowed.get(5, TimeUnit.SECONDS)).isEqualTo(promoted.address());
			}
			for (Connection connection : all) {
				assertThat(catchThrowable(() -> ask(connection, "SELECT 1"))).isInstanceOf(SQLException.class);
				connection.close();
			}
		});
	}

	@Test
	void aThreadThatWaitsForADeadMasterIsServedByTheNewOne() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			evictIdle(context);
			cluster.master().crash();
			CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
			awaitWaiting(context, 1);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			this.relation.write();
			assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(promoted.address());
		});
	}

	@Test
	void whenTheMasterComesBackThenAThreadThatWaitsForItIsServedAtOnce() {
		follow((context) -> {
			evictIdle(context);
			cluster.master().crash();
			CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
			awaitWaiting(context, 1);
			cluster.master().start();
			assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
		});
	}

	@Test
	void aThreadThatWaitsInVainIsToldWhatTheServerSaid() {
		this.runner
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"spring.datasource.hikari.connection-timeout=500")
			.run((context) -> {
				assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
				evictIdle(context);
				cluster.master().crash();
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> primary(context).getConnection())
					.withMessageContaining(cluster.master().address() + " cannot be reached: Connection");
				cluster.master().start();
			});
	}

	@Test
	void aTransactionOnADeposedMasterCannotCommitAlthoughThatMasterIsAlive() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer old = cluster.master();
			execute(primary(context), "CREATE TABLE t (i int)");
			try (Connection lent = primary(context).getConnection()) {
				lent.setAutoCommit(false);
				execute(lent, "INSERT INTO t VALUES (1)");
				PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
				this.relation.write(promoted, List.of(old));
				awaitPrimary(context, promoted);
				assertThatExceptionOfType(SQLException.class).isThrownBy(lent::commit);
			}
			assertThat(old.isInRecovery()).isFalse();
			try (Connection connection = old.connection()) {
				assertThat(ask(connection, "SELECT count(*) FROM t")).isEqualTo("0");
			}
			assertThat(endpoint(context).replicas()).as("a deposed master serves no reads").isEmpty();
		});
	}

	@Test
	void aDeposedMasterThatRejoinsServesReadsFromAFreshPool() {
		follow((context) -> {
			PgsqlServer old = cluster.master();
			assertThat(serverOf(primary(context))).isEqualTo(old.address());
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(old);
			this.relation.write();
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(addresses(cluster.standbys())).contains(old.address());
			assertThat(serverOf(primary(context))).isEqualTo(promoted.address());
		});
	}

	@Test
	void whenTheRelationIsAheadOfThePromotionThenBorrowersWaitForIt() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer next = cluster.standbys().get(0);
			this.relation.write(next, List.of());
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNull());
			CompletableFuture<String> borrowed = async(() -> serverOf(primary(context)));
			assertThat(borrowed).isNotDone();
			assertThat(health(context)).isEqualTo(Status.DOWN);
			cluster.promote(next);
			assertThat(borrowed.get(20, TimeUnit.SECONDS)).isEqualTo(next.address());
			assertThat(health(context)).isEqualTo(Status.UP);
		});
	}

	@Test
	void whenThereIsNoMasterThenBorrowersWaitForOne() {
		follow((context) -> {
			this.relation.write(null, cluster.standbys());
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNull());
			CompletableFuture<String> borrowed = async(() -> serverOf(primary(context)));
			assertThat(borrowed).isNotDone();
			this.relation.write();
			assertThat(borrowed.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
		});
	}

	@Test
	void aThreadThatIsInterruptedWhileItWaitsForAMasterOrAConnectionIsLetGo() {
		follow((context) -> {
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(primary(context).getConnection());
			}
			Thread[] thread = new Thread[1];
			CompletableFuture<Boolean> waitsForConnection = interruptible(context, thread);
			awaitWaiting(context, 1);
			thread[0].interrupt();
			assertThat(waitsForConnection.get(20, TimeUnit.SECONDS)).isTrue();
			for (Connection connection : all) {
				connection.close();
			}
			this.relation.write(null, cluster.standbys());
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNull());
			CompletableFuture<Boolean> waitsForMaster = interruptible(context, thread);
			await().until(() -> thread[0] != null && thread[0].getState() == Thread.State.TIMED_WAITING);
			thread[0].interrupt();
			assertThat(waitsForMaster.get(20, TimeUnit.SECONDS)).isTrue();
		});
	}

	/**
	 * Borrow, and tell whether that ended with an interrupt that is still to be seen.
	 */
	private static CompletableFuture<Boolean> interruptible(AssertableApplicationContext context, Thread[] thread) {
		thread[0] = null;
		CompletableFuture<Boolean> result = async(() -> {
			thread[0] = Thread.currentThread();
			Throwable thrown = catchThrowable(() -> primary(context).getConnection());
			return thrown instanceof SQLException && Thread.currentThread().isInterrupted();
		});
		await().until(() -> thread[0] != null);
		return result;
	}

	@Test
	void whenAStandbyLeavesThenItsWorkInFlightFinishes() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer leaving = cluster.standbys().get(0);
			PgsqlServer staying = cluster.standbys().get(1);
			try (Connection reading = borrowFrom(replica(context), leaving)) {
				this.relation.write(cluster.master(), List.of(staying));
				awaitReplicas(context, List.of(staying.address()));
				await().untilAsserted(() -> assertThat(endpoint(context).draining()).extracting(PoolDescriptor::server)
					.containsExactly(leaving.address()));
				assertThat(ask(reading, "SELECT 1")).isEqualTo("1");
				assertThat(serverOf(replica(context))).isEqualTo(staying.address());
			}
			await().untilAsserted(() -> assertThat(endpoint(context).draining()).isEmpty());
			assertThat(sessions(leaving)).isZero();
		});
	}

	@Test
	void whatIsStillInUseAfterTheDrainTimeoutIsAborted() {
		this.runner
			.withPropertyValues("juju.pgsql.drain-timeout=100ms", "juju.pgsql.relation-file=" + this.relation.path())
			.run((context) -> {
				awaitReplicas(context, addresses(cluster.standbys()));
				PgsqlServer leaving = cluster.standbys().get(0);
				try (Connection reading = borrowFrom(replica(context), leaving)) {
					this.relation.write(cluster.master(), List.of());
					await().untilAsserted(() -> assertThat(catchThrowable(() -> ask(reading, "SELECT 1")))
						.isInstanceOf(SQLException.class));
					await().untilAsserted(() -> assertThat(endpoint(context).draining()).isEmpty());
				}
			});
	}

	@Test
	void withoutStandbysReadsComeFromThePrimary() {
		this.relation.write(cluster.master(), List.of());
		follow((context) -> {
			assertThat(serverOf(replica(context))).isEqualTo(cluster.master().address());
			this.relation.write();
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(serverOf(replica(context))).isNotEqualTo(cluster.master().address());
		});
	}

	@Test
	void whenThePasswordRotatesThenWorkInFlightFinishesAndNewWorkUsesTheNewOne() {
		follow((context) -> {
			String before = primary(context).unwrap(HikariDataSource.class).getPoolName();
			try (Connection working = primary(context).getConnection()) {
				cluster.rotatePassword();
				this.relation.write();
				await().untilAsserted(() -> assertThat(endpoint(context).draining()).extracting(PoolDescriptor::pool)
					.contains(before));
				assertThat(ask(working, "SELECT 1")).isEqualTo("1");
				assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			}
			await().untilAsserted(() -> assertThat(endpoint(context).draining()).isEmpty());
			assertThat(primary(context).unwrap(HikariDataSource.class).getPoolName()).isEqualTo(before + "-2");
		});
	}

	@Test
	void whenTheNewPasswordDoesNotWorkYetThenTheOldPoolsServeOn() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			String content = this.relation.content();
			Instant before = endpoint(context).relation().readAt();
			this.relation.write(content.replace(cluster.password(), "not-yet"));
			await().untilAsserted(() -> assertThat(endpoint(context).relation().readAt()).isNotEqualTo(before));
			assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			assertThat(endpoint(context).replicas()).hasSize(2);
			cluster.rotatePassword("not-yet");
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).extracting(PoolDescriptor::pool)
				.asString()
				.endsWith("-2"));
		});
	}

	@Test
	void whenOnlyTheFormOfTheRelationChangesThenNoPoolIsTouched() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			Object primary = primary(context).unwrap(HikariDataSource.class);
			PgsqlDescriptor before = endpoint(context);
			List<PgsqlServer> reversed = new ArrayList<>(cluster.standbys());
			java.util.Collections.reverse(reversed);
			this.relation.format(RelationFileFormat.YAML).uris().write(cluster.master(), reversed);
			awaitReplicas(context, addresses(reversed));
			assertThat(primary(context).unwrap(HikariDataSource.class)).isSameAs(primary);
			assertThat(endpoint(context).replicas()).extracting(PoolDescriptor::pool)
				.containsExactlyInAnyOrderElementsOf(before.replicas().stream().map(PoolDescriptor::pool).toList());
			assertThat(endpoint(context).draining()).isEmpty();
		});
	}

	@Test
	void whenTheFileBreaksThenTheServiceGoesOn() {
		follow((context) -> {
			this.relation.write("{\"master\": \"host=");
			await().untilAsserted(() -> assertThat(endpoint(context).problem()).isNotNull());
			assertThat(endpoint(context).relation().invalidReads()).isOne();
			assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			assertThat(health(context)).isEqualTo(Status.UP);
		});
	}

	@Test
	void aDeadStandbyDoesNotTakeTheApplicationDown() {
		cluster.standbys().get(0).crash();
		follow((context) -> {
			awaitReplicas(context, List.of(cluster.standbys().get(1).address()));
			assertThat(health(context)).isEqualTo(Status.UP);
		});
	}

	@Test
	void poolsAreSizedByRoleAlsoAfterTheRoleChanges() {
		this.runner
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"juju.pgsql.primary.maximum-pool-size=7", "juju.pgsql.primary.minimum-idle=2",
					"juju.pgsql.replica.maximum-pool-size=3")
			.run((context) -> {
				awaitReplicas(context, addresses(cluster.standbys()));
				assertThat(endpoint(context).replicas()).extracting(PoolDescriptor::maximum).containsOnly(3);
				PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
				this.relation.write();
				awaitPrimary(context, promoted);
				HikariDataSource pool = primary(context).unwrap(HikariDataSource.class);
				assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
				assertThat(pool.getMinimumIdle()).isEqualTo(2);
			});
	}

	@Test
	void hikariPropertiesApplyToEveryPool() {
		this.runner
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"spring.datasource.hikari.connection-init-sql=SET statement_timeout = 1234",
					"spring.datasource.hikari.pool-name=mine",
					"spring.datasource.hikari.data-source-properties.prepareThreshold=7",
					"spring.datasource.hikari.jdbc-url=jdbc:postgresql://elsewhere/notes",
					"spring.datasource.hikari.username=somebody-else")
			.run((context) -> {
				awaitReplicas(context, addresses(cluster.standbys()));
				assertThat(ask(primary(context), "SHOW statement_timeout")).isEqualTo("1234ms");
				assertThat(ask(replica(context), "SHOW statement_timeout")).isEqualTo("1234ms");
				assertThat(endpoint(context).replicas()).extracting(PoolDescriptor::pool)
					.allMatch((name) -> name.startsWith("mine-127.0.0.1-"));
				try (Connection connection = primary(context).getConnection()) {
					assertThat(connection.unwrap(org.postgresql.PGConnection.class).getPrepareThreshold()).isEqualTo(7);
				}
			});
	}

	@Test
	void metricsFollowTheRoles() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			MeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			this.relation.write();
			awaitPrimary(context, promoted);
			HikariDataSource pool = primary(context).unwrap(HikariDataSource.class);
			pool.setMaximumPoolSize(9);
			assertThat(registry.get("jdbc.connections.max").tag("name", "dataSource").gauge().value()).isEqualTo(9);
			assertThat(registry.get("hikaricp.connections.max").tag("pool", pool.getPoolName()).gauge().value())
				.isEqualTo(9);
			await().untilAsserted(() -> assertThat(registry.find("hikaricp.connections").meters()).hasSize(2));
		});
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		this.runner.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path()).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			consumer.accept(context);
		});
	}

}
