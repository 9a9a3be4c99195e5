package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgBouncer;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real pgbouncer, which pools sessions, stands in front of a synchronous cluster: the
 * relation is as its charm publishes it, with another database for reading, and does not
 * change whatever happens behind it. The driver cannot tell where its connections lead
 * to, so the servers are asked. The system property {@code juju.pgsql.test.rounds} says
 * how many rounds a failover has, 1 unless told; every other time, and first when the
 * master is killed, pgbouncer leads to the standby before that is promoted.
 */
@EnabledIf(value = "io.github.jujupgsql.test.PgBouncer#isInstalled", disabledReason = "pgbouncer is not installed")
@PgsqlClusterTest(synchronous = true)
class PgBouncerTests extends AbstractCampaignTests {

	private static final int ROUNDS = 1;

	@AfterEach
	void replicateSynchronously() {
		cluster.servers().forEach(PgsqlServer::start);
		cluster.awaitStreaming();
		cluster.synchronous(true);
	}

	@Test
	void writesReachTheMasterAndReadsTheStandby() throws Exception {
		try (PgBouncer pgbouncer = PgBouncer.start(cluster); FollowingApplication application = following(pgbouncer)) {
			try (Load load = Load.on(application)) {
				load.awaitProgress();
				load.close();
				assertThat(load.takeHistory()).filteredOn(Operation::failed).isEmpty();
				load.assertNothingLost(cluster.master());
			}
			assertThat(portBehind(application.primary())).isEqualTo(cluster.master().port());
			assertThat(portBehind(application.replica())).isEqualTo(standby().port());
			assertThat(
					new JdbcTemplate(application.replica()).queryForObject("SELECT pg_is_in_recovery()", Boolean.class))
				.isTrue();
		}
		OpenResources.assertNothing(cluster.servers());
	}

	@Test
	void whenTheMasterIsStoppedThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::stop, true);
	}

	@Test
	void whenTheMasterIsKilledThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::crash, false);
	}

	@Test
	void whenTheStandbyIsStoppedAndPgbouncerLeadsToTheMasterInsteadThenReadsGoOn() throws Exception {
		cluster.synchronous(false);
		try (PgBouncer pgbouncer = PgBouncer.start(cluster);
				FollowingApplication application = following(pgbouncer);
				Load load = Load.on(application)) {
			load.takeHistory();
			PgsqlServer standby = standby();
			ServerPool replica = application.roles().replicas().get(0);
			standby.stop();
			long gone = awaitBroken(replica);
			pgbouncer.follow(cluster.master(), cluster.master());
			load.awaitProgress();
			assertThat(portBehind(application.replica())).isEqualTo(cluster.master().port());
			standby.start();
			pgbouncer.follow();
			awaitReadsOn(standby, application);
			load.awaitProgress();
			assertOnlyWhatWasInFlightFailed(load.takeHistory(), gone);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenTheStandbyGoesAwayThenReadsGoToThePrimary(boolean crash) throws Exception {
		cluster.synchronous(false);
		try (PgBouncer pgbouncer = PgBouncer.start(cluster);
				FollowingApplication application = following(pgbouncer, "juju.pgsql.replica.sick-after=1s");
				Load load = Load.on(application)) {
			load.takeHistory();
			PgsqlServer standby = standby();
			ServerPool replica = application.roles().replicas().get(0);
			if (crash) {
				standby.crash();
			}
			else {
				standby.stop();
			}
			long gone = awaitBroken(replica);
			load.awaitProgress();
			assertThat(portBehind(application.replica())).isEqualTo(cluster.master().port());
			standby.start();
			awaitReadsOn(standby, application);
			load.awaitProgress();
			assertOnlyWhatWasInFlightFailed(load.takeHistory(), gone);
		}
	}

	private void campaign(Consumer<PgsqlServer> fence, boolean firstPromotionFirst) throws Exception {
		try (PgBouncer pgbouncer = PgBouncer.start(cluster); FollowingApplication application = following(pgbouncer)) {
			try (Load load = Load.on(application)) {
				Rounds.run(ROUNDS, (number) -> round(pgbouncer, application, load, fence,
						(number % 2 == 0) == firstPromotionFirst));
				load.close();
				assertNothingLost(load);
			}
		}
		OpenResources.assertNothing(cluster.servers());
	}

	private void round(PgBouncer pgbouncer, FollowingApplication application, Load load, Consumer<PgsqlServer> fence,
			boolean promotionFirst) throws Exception {
		application.awaitFullPools();
		load.awaitProgress();
		load.takeHistory();
		PgsqlServer old = cluster.master();
		PgsqlServer next = standby();
		ServerPool primary = Objects.requireNonNull(application.roles().primary());
		fence.accept(old);
		long gone = awaitBroken(primary);
		if (!promotionFirst) {
			pgbouncer.follow(next, next);
			application.awaitNoPrimary();
		}
		cluster.promote(next);
		pgbouncer.follow();
		load.awaitProgress();
		load.assertNothingLost(next);
		assertThat(portBehind(application.primary())).isEqualTo(next.port());
		cluster.rejoin(old);
		pgbouncer.follow();
		awaitReadsOn(old, application);
		load.awaitProgress();
		List<Operation> history = load.takeHistory();
		assertOnlyWhatWasInFlightFailed(history, gone);
		assertThat(history).filteredOn((operation) -> operation.kind() != Kind.READ_OF_REPLICA)
			.filteredOn((operation) -> operation.began() < gone && operation.ended() > gone && !operation.failed())
			.as("operations that waited for %s", next)
			.isNotEmpty();
	}

	/**
	 * Waits until pgbouncer has ended all connections to a server that has gone, and the
	 * application knows: until then, whoever begins may be lent one of them.
	 */
	private static long awaitBroken(ServerPool pool) {
		HikariDataSource opened = Objects.requireNonNull(pool.getDataSource());
		await().atMost(FollowingApplication.PATIENCE)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> opened.getHikariPoolMXBean().getTotalConnections() == 0);
		return System.nanoTime();
	}

	private static void assertOnlyWhatWasInFlightFailed(List<Operation> history, long gone) {
		assertThat(history).filteredOn((operation) -> operation.failed() && operation.began() >= gone)
			.extracting((operation) -> operation.relativeTo(gone))
			.as("failed, times relative to when all connections were known to be broken")
			.isEmpty();
	}

	private static void awaitReadsOn(PgsqlServer server, FollowingApplication application) {
		await().atMost(FollowingApplication.PATIENCE)
			.untilAsserted(() -> assertThat(portBehind(application.replica())).isEqualTo(server.port()));
	}

	private static int portBehind(DataSource dataSource) {
		return Objects
			.requireNonNull(new JdbcTemplate(dataSource).queryForObject("SELECT inet_server_port()", Integer.class));
	}

	private static PgsqlServer standby() {
		return cluster.standbys().get(0);
	}

	private static FollowingApplication following(PgBouncer pgbouncer, String... properties) {
		relation.write(new ObjectMapper().writeValueAsString(published(pgbouncer)));
		FollowingApplication application = FollowingApplication.underLoad(relation).properties(properties).start();
		application.awaitRoles("there are a primary and a replica",
				(table) -> table.primary() != null && !table.replicas().isEmpty());
		return application;
	}

	/**
	 * What the charm publishes, with the secrets resolved.
	 */
	private static Map<String, String> published(PgBouncer pgbouncer) {
		return Map.of("database", cluster.database(), "username", cluster.user(), "password", cluster.password(),
				"endpoints", pgbouncer.address(), "read-only-endpoints", pgbouncer.address(), "uris", pgbouncer.uri(),
				"read-only-uris", pgbouncer.readOnlyUri(), "subordinated", "true", "version", cluster.version());
	}

}
