package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Servers that have other roles than the relation says, and when that is followed.
 */
@ExtendWith(OutputCaptureExtension.class)
class AheadOfRelationTests extends AbstractClusterTests {

	/** Longer than it takes until a server that is in doubt has been asked many times. */
	private static final Duration LONG_ENOUGH = Duration.ofMillis(500);

	@Test
	void aStandbyThatIsPromotedWithoutAWitnessMovesNothingUntilTheRelationNamesIt(CapturedOutput output)
			throws Exception {
		PgsqlServer master = cluster.master();
		PgsqlServer stray = cluster.standbys().get(0);
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			promoteAlone(stray);
			// the answer to the next read tells
			await().untilAsserted(() -> {
				serverOf(application.replica());
				assertThat(output).containsPattern(
						("WARN .* Standby %s serves no reads: it has been promoted to timeline \\d+, and the primary "
								+ "answers on \\d+; until a standby follows it, or the relation names it, writes stay")
							.formatted(stray.address()));
			});
			await().during(LONG_ENOUGH)
				.atMost(FollowingApplication.PATIENCE)
				.until(() -> serverOf(application.primary()), master.address()::equals);
			relation.write(stray, List.of(master));
			application.awaitPrimary(stray);
		}
		finally {
			replace(stray);
		}
	}

	@Test
	void aServerThatIsPromotedWhileTheMasterIsAliveIsFollowedOnceAStandbyStreamsFromIt(CapturedOutput output)
			throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer master = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			// what is in flight on the old primary at the switch is cut off
			await().ignoreExceptionsInstanceOf(IllegalStateException.class).untilAsserted(() -> {
				serverOf(application.replica());
				assertThat(serverOf(application.primary())).isEqualTo(promoted.address());
			});
			assertThat(output).containsPattern(
					("INFO .* %s has been promoted to timeline \\d+ and is the primary from now on; the relation still "
							+ "calls %s the master")
						.formatted(promoted.address(), master.address()));
		}
	}

	@Test
	void aStaleFileMovesNothingWhileTheFormerMasterIsBackAsItWas() throws Exception {
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer former = cluster.master();
			List<PgsqlServer> standbys = cluster.standbys();
			former.crash();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			application.awaitPrimary(promoted);
			former.start();
			relation.write(former, List.of(standbys.get(1), standbys.get(0)));
			await().during(LONG_ENOUGH)
				.atMost(FollowingApplication.PATIENCE)
				.until(() -> serverOf(application.primary()), promoted.address()::equals);
			relation.write();
			application.awaitRoles("the relation has caught up", (table) -> table.primary() != null);
			assertThat(serverOf(application.primary())).isEqualTo(promoted.address());
		}
	}

	@Test
	void aServerThatTheRelationDoesNotNameIsNeverAsked() throws Exception {
		PgsqlServer unnamed = cluster.mostAdvancedStandby();
		relation.write(cluster.master(), cluster.standbys().stream().filter((standby) -> standby != unnamed).toList());
		try (FollowingApplication application = followAndBorrow()) {
			PgsqlServer former = cluster.master();
			former.crash();
			cluster.promote(unnamed);
			await().during(LONG_ENOUGH)
				.atMost(FollowingApplication.PATIENCE)
				.until(() -> Sql.ask(unnamed,
						"SELECT count(*) FROM pg_stat_activity WHERE starts_with(application_name, '"
								+ FollowingApplication.NAME + "')"),
						"0"::equals);
			relation.write();
			application.awaitPrimary(unnamed);
		}
	}

	@Test
	void aServerThatDoesNotTellWhoItIsIsNotFollowed() throws Exception {
		revoke("pg_control_system()");
		try (FollowingApplication application = followAndBorrow()) {
			application.awaitReplicas(cluster.standbys());
			cluster.master().crash();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			await().during(LONG_ENOUGH)
				.atMost(FollowingApplication.PATIENCE)
				.until(() -> application.roles().primary() == null
						|| !application.roles().primary().getServer().equals(promoted.address()));
			relation.write();
			application.awaitPrimary(promoted);
		}
		finally {
			execute(cluster.master(), "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
		}
	}

	private static void revoke(String function) throws SQLException {
		execute(cluster.master(), "REVOKE EXECUTE ON FUNCTION " + function + " FROM PUBLIC");
		cluster.awaitReplayed();
	}

	@Test
	void aStandbyOfAnotherClusterServesNoReads(CapturedOutput output) throws Exception {
		try (PgsqlCluster other = PgsqlCluster.start(1)) {
			PgsqlServer foreign = other.standbys().get(0);
			write(cluster.master(), cluster.standbys().get(0), foreign);
			try (FollowingApplication application = followAndBorrow()) {
				await().untilAsserted(() -> assertThat(output).contains("Standby " + foreign.address()
						+ " serves no reads: it belongs to another cluster than the primary"));
				application.awaitReplicas(List.of(cluster.standbys().get(0)));
				write(other.master(), cluster.standbys().get(0), foreign);
				application.awaitPrimary(other.master());
				application.awaitReplicas(List.of(foreign));
				assertThat(output).contains("The primary " + other.master().address()
						+ " belongs to another cluster than the last one: other data is read and written from now on");
			}
		}
	}

	private static void write(PgsqlServer master, PgsqlServer... standbys) {
		String names = Stream.of(standbys)
			.map((standby) -> '"' + standby.connectionString() + '"')
			.collect(Collectors.joining(", "));
		relation.write("{\"master\": \"" + master.connectionString() + "\", \"standbys\": [" + names + "]}");
	}

	private static void promoteAlone(PgsqlServer standby) throws SQLException {
		execute(standby, "SELECT pg_promote()");
	}

	private static void replace(PgsqlServer stray) {
		cluster.removeStandby(stray);
		cluster.addStandby();
	}

	private static void execute(PgsqlServer server, String sql) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			Sql.execute(connection, sql);
		}
	}

}
