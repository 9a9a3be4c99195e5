package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.ask;
import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.awaitWaiting;
import static io.github.jujupgsql.FollowingApplication.endpoint;
import static io.github.jujupgsql.FollowingApplication.evictIdle;
import static io.github.jujupgsql.FollowingApplication.execute;
import static io.github.jujupgsql.FollowingApplication.health;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what happens when a server or a connection is not what it is taken for.
 */
class RoleChecksTests {

	private static final String BACKEND = "SELECT pg_backend_pid()";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	private ApplicationContextRunner runner = FollowingApplication.runner();

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@AfterEach
	void makeTheClusterWhole() throws SQLException {
		for (PgsqlServer server : cluster.formerMasters()) {
			cluster.rejoin(server);
		}
		cluster.servers().forEach(PgsqlServer::start);
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT -1");
		}
	}

	@Test
	void aConnectionThatSomebodyHasLeftReadOnlyIsNotLentAgainOnceAWriteWasRefused() {
		follow((context) -> {
			String left = ask(primary(context), BACKEND);
			try (Connection connection = primary(context).getConnection()) {
				assertThat(ask(connection, BACKEND)).isEqualTo(left);
				execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
			}
			assertThat(refusedWrite(context)).isEqualTo("25006");
			assertThat(refusedWrite(context)).isNull();
			assertThat(ask(primary(context), BACKEND)).isNotEqualTo(left);
		});
	}

	@Test
	void aTransactionThatTheApplicationItselfMadeReadOnlyCostsNoConnection() {
		follow((context) -> {
			String backend = ask(primary(context), BACKEND);
			try (Connection connection = primary(context).getConnection()) {
				connection.setAutoCommit(false);
				execute(connection, "SET TRANSACTION READ ONLY");
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> execute(connection, "CREATE TABLE refused (i int)"))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
				connection.rollback();
				assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
			}
			assertThat(ask(primary(context), BACKEND)).isEqualTo(backend);
		});
	}

	@Test
	void aReaderThatLeftItsSessionReadOnlyDoesNotSpoilThePrimaryAfterAPromotion() {
		this.runner = this.runner.withPropertyValues("juju.pgsql.replica.maximum-pool-size=1");
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			for (int i = 0; i < 20; i++) {
				try (Connection reading = FollowingApplication.replica(context).getConnection()) {
					execute(reading, "SET default_transaction_read_only = on");
				}
			}
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			this.relation.write();
			awaitPrimary(context, promoted);
			assertThat(refusedWrite(context)).isNull();
		});
	}

	@Test
	void aConnectionThatAReaderHadDuringThePromotionIsNotLentToWriters() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer promoted = cluster.mostAdvancedStandby();
			String before;
			try (Connection reading = FollowingApplication.borrowFrom(FollowingApplication.replica(context),
					promoted)) {
				before = ask(reading, BACKEND);
				cluster.promote(promoted);
				this.relation.write();
				awaitPrimary(context, promoted);
				assertThat(ask(reading, "SELECT 1")).isEqualTo("1");
			}
			for (int i = 0; i < 8; i++) {
				assertThat(ask(primary(context), BACKEND)).isNotEqualTo(before);
			}
		});
	}

	@Test
	void whileTheMasterIsAStandbyThenNobodyGetsAConnectionToIt() throws Exception {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			AtomicBoolean over = new AtomicBoolean();
			List<CompletableFuture<Integer>> borrowers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				borrowers.add(async(() -> borrowedInRecovery(context, over)));
			}
			PgsqlServer demoted = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(demoted);
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNull());
			assertThat(health(context)).isEqualTo(Status.DOWN);
			this.relation.write();
			awaitPrimary(context, promoted);
			over.set(true);
			for (CompletableFuture<Integer> borrower : borrowers) {
				assertThat(borrower.get(20, TimeUnit.SECONDS)).isZero();
			}
			assertThat(serverOf(primary(context))).isEqualTo(promoted.address());
		});
	}

	@Test
	void whenTheMasterIsPromotedAgainThenItServesAlthoughTheFileHasNotChanged() {
		follow((context) -> {
			PgsqlServer master = cluster.master();
			PgsqlServer other = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(master);
			CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
			await().untilAsserted(() -> assertThat(endpoint(context).primary()).isNull());
			assertThat(waiting).isNotDone();
			other.crash();
			cluster.promote(master);
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(master.address());
			assertThat(health(context)).isEqualTo(Status.UP);
		});
	}

	@Test
	void afterAServerCameBackThenNoDeadConnectionIsLentTwice() {
		follow((context) -> {
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(primary(context).getConnection());
			}
			cluster.master().crash();
			cluster.master().start();
			Connection first = all.remove(0);
			// HikariCP does not look at connections that were used a moment ago
			for (Connection connection : all) {
				connection.close();
			}
			assertThat(catchThrowable(() -> ask(first, "SELECT 1"))).isInstanceOf(SQLException.class);
			first.close();
			for (int i = 0; i < 8; i++) {
				assertThat(ask(primary(context), "SELECT 1")).isEqualTo("1");
			}
		});
	}

	@Test
	void aServerThatRefusesCredentialsThatNeverWorkedIsNotWaitedFor() {
		this.relation.write(this.relation.content().replace(cluster.password(), "wrong"));
		this.runner
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"spring.datasource.hikari.connection-timeout=600000")
			.run((context) -> {
				CompletableFuture<Throwable> told = async(() -> catchThrowable(() -> primary(context).getConnection()));
				assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(SQLException.class)
					.hasMessageContaining(cluster.master().address())
					.hasMessageContaining("password authentication failed");
			});
	}

	@Test
	void whenThePasswordIsChangedBeforeTheFileThenTheLivingConnectionsServeAndTheRestWait() {
		follow((context) -> {
			try (Connection living = primary(context).getConnection()) {
				cluster.rotatePassword();
				evictIdle(context);
				assertThat(ask(living, "SELECT 1")).isEqualTo("1");
				CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
				awaitWaiting(context, 1);
				this.relation.write();
				assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
			}
		});
	}

	@Test
	void whoWaitsInVainForANewPasswordIsToldWhatTheServerSaid() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.connection-timeout=1000");
		follow((context) -> {
			try (Connection living = primary(context).getConnection()) {
				assertThat(ask(living, "SELECT 1")).isEqualTo("1");
				cluster.rotatePassword();
				evictIdle(context);
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> primary(context).getConnection())
					.withMessageContaining("timed out after 1000ms")
					.withMessageContaining("password authentication failed");
			}
			String pool = primary(context).unwrap(HikariDataSource.class).getPoolName();
			assertThat(context.getBean(SimpleMeterRegistry.class)
				.get("hikaricp.connections.timeout")
				.tag("pool", pool)
				.counter()
				.count()).as("one borrower gave up, however often it looked up").isOne();
		});
	}

	@Test
	void aServerThatHasTooManyConnectionsIsWaitedFor() throws SQLException {
		follow((context) -> {
			evictIdle(context);
			try (Connection connection = cluster.master().superuserConnection()) {
				execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT 0");
				CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
				awaitWaiting(context, 1);
				execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT -1");
				assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
			}
		});
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		this.runner.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path()).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
			consumer.accept(context);
		});
	}

	private static @Nullable String refusedWrite(AssertableApplicationContext context) throws SQLException {
		try (Connection connection = primary(context).getConnection()) {
			execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

	private static int borrowedInRecovery(AssertableApplicationContext context, AtomicBoolean over) {
		int inRecovery = 0;
		while (!over.get()) {
			try (Connection connection = primary(context).getConnection()) {
				if (ask(connection, "SELECT pg_is_in_recovery()").equals("t")) {
					inRecovery++;
				}
			}
			catch (SQLException ex) {
				// the demoted server was restarted
			}
		}
		return inRecovery;
	}

}
