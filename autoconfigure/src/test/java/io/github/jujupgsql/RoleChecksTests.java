package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Status;

import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.borrowFrom;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for what happens when a server or a connection is not what it is taken for.
 */
class RoleChecksTests extends AbstractClusterTests {

	private static final String BACKEND = "SELECT pg_backend_pid()";

	@BeforeEach
	void allowConnections() throws SQLException {
		execute(cluster.master(), "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT -1");
	}

	@Test
	void aConnectionThatSomebodyHasLeftReadOnlyIsNotLentAgainOnceAWriteWasRefused() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			String left = ask(application.primary(), BACKEND);
			try (Connection connection = application.primary().getConnection()) {
				assertThat(ask(connection, BACKEND)).isEqualTo(left);
				execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
			}
			assertThat(refusedWrite(application)).isEqualTo("25006");
			assertThat(refusedWrite(application)).isNull();
			assertThat(ask(application.primary(), BACKEND)).isNotEqualTo(left);
		}
	}

	@Test
	void aTransactionThatTheApplicationItselfMadeReadOnlyCostsNoConnection() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			String backend = ask(application.primary(), BACKEND);
			try (Connection connection = application.primary().getConnection()) {
				connection.setAutoCommit(false);
				execute(connection, "SET TRANSACTION READ ONLY");
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> execute(connection, "CREATE TABLE refused (i int)"))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
				connection.rollback();
				assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
			}
			assertThat(ask(application.primary(), BACKEND)).isEqualTo(backend);
		}
	}

	@Test
	void aReaderThatLeftItsSessionReadOnlyDoesNotSpoilThePrimaryAfterAPromotion() throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.replica.maximum-pool-size=1")) {
			application.awaitReplicas(cluster.standbys());
			for (int i = 0; i < 20; i++) {
				try (Connection reading = application.replica().getConnection()) {
					execute(reading, "SET default_transaction_read_only = on");
				}
			}
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			application.awaitPrimary(promoted);
			assertThat(refusedWrite(application)).isNull();
		}
	}

	@Test
	void aConnectionThatAReaderHadDuringThePromotionIsNotLentToWriters() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer promoted = cluster.mostAdvancedStandby();
			String before;
			try (Connection reading = borrowFrom(application.replica(), promoted)) {
				before = ask(reading, BACKEND);
				cluster.promote(promoted);
				relation.write();
				application.awaitPrimary(promoted);
				assertThat(ask(reading, "SELECT 1")).isEqualTo("1");
			}
			for (int i = 0; i < 8; i++) {
				assertThat(ask(application.primary(), BACKEND)).isNotEqualTo(before);
			}
		}
	}

	@Test
	void whileTheMasterIsAStandbyThenNobodyGetsAConnectionToIt() throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.follow-promotions=false")) {
			application.awaitReplicas(cluster.standbys());
			AtomicBoolean over = new AtomicBoolean();
			List<CompletableFuture<Integer>> borrowers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				borrowers.add(async(() -> borrowedInRecovery(application, over)));
			}
			PgsqlServer demoted = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(demoted);
			application.awaitNoPrimary();
			assertThat(application.status()).isEqualTo(Status.DOWN);
			relation.write();
			application.awaitPrimary(promoted);
			over.set(true);
			for (CompletableFuture<Integer> borrower : borrowers) {
				assertThat(borrower.get(20, TimeUnit.SECONDS)).isZero();
			}
			assertThat(serverOf(application.primary())).isEqualTo(promoted.address());
		}
	}

	@Test
	void whenTheMasterIsPromotedAgainThenItServesAlthoughTheFileHasNotChanged() throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.follow-promotions=false")) {
			PgsqlServer master = cluster.master();
			PgsqlServer other = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(master);
			CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
			application.awaitNoPrimary();
			assertThat(waiting).isNotDone();
			other.crash();
			cluster.promote(master);
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(master.address());
			assertThat(application.status()).isEqualTo(Status.UP);
		}
	}

	@Test
	void afterAServerCameBackThenNoDeadConnectionIsLentTwice() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			List<Connection> all = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				all.add(application.primary().getConnection());
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
				assertThat(ask(application.primary(), "SELECT 1")).isEqualTo("1");
			}
		}
	}

	@Test
	void aServerThatRefusesCredentialsThatNeverWorkedIsNotWaitedFor() throws Exception {
		relation.write(relation.content().replace(cluster.password(), "wrong"));
		try (FollowingApplication application = FollowingApplication.of(relation)
			.properties("spring.datasource.hikari.connection-timeout=600000")
			.start()) {
			CompletableFuture<Throwable> told = async(
					() -> catchThrowable(() -> application.primary().getConnection()));
			assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(SQLException.class)
				.hasMessageContaining(cluster.master().address())
				.hasMessageContaining("password authentication failed");
		}
	}

	@Test
	void whenThePasswordIsChangedBeforeTheFileThenTheLivingConnectionsServeAndTheRestWait() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			try (Connection living = application.primary().getConnection()) {
				cluster.rotatePassword();
				application.evictIdle();
				assertThat(ask(living, "SELECT 1")).isEqualTo("1");
				CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
				application.awaitWaiting(1);
				relation.write();
				assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
			}
		}
	}

	@Test
	void whoWaitsInVainForANewPasswordIsToldWhatTheServerSaid() throws Exception {
		try (FollowingApplication application = followAndBorrow("spring.datasource.hikari.connection-timeout=1000")) {
			try (Connection living = application.primary().getConnection()) {
				assertThat(ask(living, "SELECT 1")).isEqualTo("1");
				cluster.rotatePassword();
				application.evictIdle();
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> application.primary().getConnection())
					.withMessageContaining("timed out after 1000ms")
					.withMessageContaining("password authentication failed");
			}
			String pool = application.primary().unwrap(HikariDataSource.class).getPoolName();
			assertThat(application.bean(SimpleMeterRegistry.class)
				.get("hikaricp.connections.timeout")
				.tag("pool", pool)
				.counter()
				.count()).as("one borrower gave up, however often it looked up").isOne();
		}
	}

	@Test
	void aServerThatHasTooManyConnectionsIsWaitedFor() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.evictIdle();
			try (Connection connection = cluster.master().superuserConnection()) {
				execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT 0");
				CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
				application.awaitWaiting(1);
				execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT -1");
				assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(cluster.master().address());
			}
		}
	}

	private static @Nullable String refusedWrite(FollowingApplication application) throws SQLException {
		try (Connection connection = application.primary().getConnection()) {
			execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

	private static int borrowedInRecovery(FollowingApplication application, AtomicBoolean over) {
		int inRecovery = 0;
		while (!over.get()) {
			try (Connection connection = application.primary().getConnection()) {
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
