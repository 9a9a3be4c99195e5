package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.test.PgsqlClusterTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * A primary that answers nothing any more, while the relation goes on to call it the
 * master and no other server takes its place.
 */
@PgsqlClusterTest(standbys = 1)
@ExtendWith(OutputCaptureExtension.class)
class SilentPrimaryTests extends AbstractClusterTests {

	private static final String SICK_AFTER = "juju.pgsql.primary.sick-after=500ms";

	private static final String CONNECTION_TIMEOUT = "spring.datasource.hikari.connection-timeout=1500";

	/** Longer than anything takes that ends by itself. */
	private static final Duration HANG = Duration.ofSeconds(30);

	@Test
	void whoIsInAQueryOnItComesBackAndIsServedAgainOnceItAnswers(CapturedOutput output) throws Exception {
		try (FollowingApplication application = followAndBorrow(SICK_AFTER, CONNECTION_TIMEOUT)) {
			List<CompletableFuture<Throwable>> stuck = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				Connection connection = application.primary().getConnection();
				stuck.add(async(() -> catchThrowable(() -> ask(connection, "SELECT pg_sleep(600)"))));
			}
			cluster.master().freeze();
			for (CompletableFuture<Throwable> query : stuck) {
				assertThat(query.get(HANG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
			}
			assertThat(catchThrowable(() -> serverOf(application.primary()))).as("a borrower that waits")
				.rootCause()
				.isInstanceOf(SQLException.class);
			cluster.master().thaw();
			application.awaitPrimary(cluster.master());
			assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
		}
		String master = cluster.master().address();
		assertThat(output).containsOnlyOnce("The primary " + master + " does not answer: no answer within 500 ms")
			.contains("which has not answered for too long: no answer within 500 ms");
	}

	@Test
	void whenItAnswersInTimeThenNothingIsAborted(CapturedOutput output) throws Exception {
		try (FollowingApplication application = followAndBorrow(SICK_AFTER)) {
			Connection connection = application.primary().getConnection();
			cluster.master().freeze();
			CompletableFuture<String> slow = async(() -> askUnchecked(connection, "SELECT 'answered'"));
			await().untilAsserted(() -> assertThat(output).contains("does not answer: no answer within 500 ms"));
			cluster.master().thaw();
			assertThat(slow.get(HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("answered");
			await().untilAsserted(() -> assertThat(output)
				.contains("The primary " + cluster.master().address() + " answers again after"));
			connection.close();
		}
	}

	@Test
	void aLongQueryIsNotTouchedWhileTheServerAnswers(CapturedOutput output) throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.primary.sick-after=500ms",
				"spring.datasource.hikari.connection-timeout=500", "spring.datasource.hikari.maximum-pool-size=1");
				Connection connection = application.primary().getConnection()) {
			assertThat(ask(connection, "SELECT 'slept' FROM pg_sleep(3)")).isEqualTo("slept");
		}
		assertThat(output).doesNotContain("does not answer");
	}

	@Test
	void aServerThatLetsNobodyElseInIsNotSilent(CapturedOutput output) throws Exception {
		try (FollowingApplication application = followAndBorrow("juju.pgsql.primary.sick-after=500ms",
				"spring.datasource.hikari.connection-timeout=500", "spring.datasource.hikari.maximum-pool-size=1");
				Connection connection = application.primary().getConnection()) {
			limitConnections(1);
			assertThat(ask(connection, "SELECT 'slept' FROM pg_sleep(3)")).isEqualTo("slept");
		}
		finally {
			limitConnections(-1);
		}
		assertThat(output).doesNotContain("does not answer");
	}

	private static void limitConnections(int limit) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "ALTER ROLE " + cluster.user() + " CONNECTION LIMIT " + limit);
		}
	}

	@Test
	void theApplicationCanBeClosedWhileThreadsAreStuck() throws Exception {
		FollowingApplication application = followAndBorrow();
		Connection connection = application.primary().getConnection();
		CompletableFuture<Throwable> stuck = async(() -> catchThrowable(() -> ask(connection, "SELECT pg_sleep(600)")));
		cluster.master().freeze();
		cluster.standbys().get(0).freeze();
		assertTimeoutPreemptively(HANG, application::close);
		assertThat(stuck.get(HANG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
	}

	@Test
	void oneConnectionIsWatchedUnlessToldOtherwise() {
		try (FollowingApplication application = followAndBorrow()) {
			assertThat(application.roles().primary()).isNotNull();
			await().untilAsserted(() -> assertThat(threads()).contains("pgsql-primary-watch"));
		}
		try (FollowingApplication application = followAndBorrow("juju.pgsql.primary.watch-connection=false")) {
			assertThat(application.roles().primary()).isNotNull();
			assertThat(threads()).doesNotContain("pgsql-primary-watch");
		}
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
	}

	private static String askUnchecked(Connection connection, String query) {
		try {
			return ask(connection, query);
		}
		catch (SQLException ex) {
			throw new AssertionError("Failed: " + query, ex);
		}
	}

}
