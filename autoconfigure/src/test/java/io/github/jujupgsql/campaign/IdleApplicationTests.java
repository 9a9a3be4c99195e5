package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.Sql;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that nobody uses. The system property {@code juju.pgsql.test.rounds}
 * says how often its primary is killed, 2 times unless told, and for how many seconds it
 * is watched, 3 unless told and 60 at the most.
 */
@PgsqlClusterTest(standbys = 1)
class IdleApplicationTests extends AbstractCampaignTests {

	private static final int ROUNDS = 2;

	/** After two minutes HikariCP sends something to keep connections alive. */
	private static final Duration WATCHED = Duration
		.ofSeconds(Math.min(60, Integer.getInteger("juju.pgsql.test.rounds", 3)));

	private static final Duration NEXT_WRITE = Duration.ofMillis(50);

	@Test
	void afterItsPrimaryWasKilledThenTheNextWriteDoesNotFailAlthoughTheFileNeverChanges() throws Exception {
		try (FollowingApplication application = followUnderLoad()) {
			Rounds.run(ROUNDS, (number) -> {
				application.awaitFullPools();
				write(application, 2 * number);
				PgsqlServer killed = cluster.master();
				killed.crash();
				PgsqlServer promoted = cluster.promote(cluster.standbys().get(0));
				await().pollDelay(NEXT_WRITE).until(() -> true);
				assertThat(write(application, 2 * number + 1)).isEqualTo(promoted.port());
				cluster.rejoin(killed);
				application.awaitReplicas(cluster.standbys());
			});
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
		}
		OpenResources.assertNothing(cluster.servers());
	}

	private static int write(FollowingApplication application, int id) throws SQLException {
		try (Connection connection = application.primary().getConnection();
				Statement statement = connection.createStatement()) {
			statement.executeUpdate("INSERT INTO notes VALUES (" + id + ")");
			return Backend.of(connection).port();
		}
	}

	@Test
	void itSendsItsServersNothing() {
		try (FollowingApplication application = followUnderLoad()) {
			application.awaitFullPools();
			// what has been opened a moment ago is still being set up
			await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
			String before = statements();
			assertThat(before).isNotEmpty();
			await().pollDelay(WATCHED).atMost(WATCHED.multipliedBy(2)).until(() -> true);
			assertThat(statements()).isEqualTo(before);
		}
	}

	/**
	 * The last statement of each of its sessions, on every server.
	 */
	private static String statements() {
		StringBuilder statements = new StringBuilder();
		for (PgsqlServer server : cluster.servers()) {
			try (Connection connection = server.superuserConnection()) {
				statements.append(Sql.ask(connection,
						"SELECT string_agg(concat_ws(' ', pid, query_start, query), ',' ORDER BY pid) FROM pg_stat_activity "
								+ "WHERE starts_with(application_name, '" + FollowingApplication.NAME + "')"));
			}
			catch (SQLException ex) {
				throw new AssertionError("Cannot ask " + server, ex);
			}
		}
		return statements.toString();
	}

}
