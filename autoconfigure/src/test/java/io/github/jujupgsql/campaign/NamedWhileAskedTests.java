package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The relation names a server the master while that is being asked for its role. There is
 * a primary in the end, however long the answer takes, and nothing stays open. The system
 * property {@code juju.pgsql.test.rounds} says how many rounds there are, 40 unless told.
 */
class NamedWhileAskedTests {

	private static final int ROUNDS = 40;

	private static final int LONGEST_DELAY_MILLIS = 200;

	/** So that also a few rounds have short delays and long ones. */
	private static final int STEP_MILLIS = 40;

	private static final int AT_A_TIME = 8;

	private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);

	@AfterEach
	void shutDown() {
		this.threads.shutdownNow();
	}

	@Test
	void whenAStandbyBecomesTheMasterWhileItIsAskedThenItIsThePrimary() throws Exception {
		runRounds((number) -> {
			try (StandInServer old = StandInServer.master(); StandInServer next = StandInServer.standby()) {
				next.delayRoleQuestions(delay(number));
				try (StandInApplication application = StandInApplication.with().start()) {
					application.relate(old);
					application.awaitPrimary(old);
					StandInApplication.ask(application.primary(), "SELECT 1");
					application.relate(old, next);
					awaitRoleQuestion(next);
					next.promote();
					application.relate(next, old);
					application.awaitPrimary(next);
					assertThat(StandInApplication.ask(application.primary(), "SELECT pg_backend_pid()")).isNotEmpty();
					await().until(() -> application.pools().getDraining().isEmpty());
				}
				StandInApplication.awaitNothingOpen(old, next);
			}
		});
	}

	@Test
	void whenAReplicaThatIsAskedAgainBecomesTheMasterThenItIsThePrimary() throws Exception {
		runRounds((number) -> {
			try (StandInServer old = StandInServer.master(); StandInServer next = StandInServer.standby()) {
				try (StandInApplication application = StandInApplication.with().replicaSize(2, 2).start()) {
					application.relate(old, next);
					application.awaitPrimary(old);
					application.awaitReplicas(next);
					StandInApplication.ask(application.replica(), "SELECT 1");
					int asked = roleQuestions(next);
					next.delayRoleQuestions(delay(number));
					// a replica that loses a connection is asked
					next.terminateSessions();
					try {
						StandInApplication.ask(application.replica(), "SELECT 1");
					}
					catch (java.sql.SQLException ex) {
						// that was the connection
					}
					await().pollInterval(Duration.ofMillis(1)).until(() -> roleQuestions(next) > asked);
					next.promote();
					application.relate(next);
					application.awaitPrimary(next);
					StandInApplication.ask(application.primary(), "SELECT 1");
					await().until(() -> application.pools().getDraining().isEmpty() && old.sessions() == 0);
				}
				StandInApplication.awaitNothingOpen(old, next);
			}
		});
	}

	private static Duration delay(int number) {
		return Duration.ofMillis(number * STEP_MILLIS % (LONGEST_DELAY_MILLIS + 1));
	}

	private static void awaitRoleQuestion(StandInServer server) {
		await().pollInterval(Duration.ofMillis(1)).until(() -> roleQuestions(server) > 0);
	}

	private static int roleQuestions(StandInServer server) {
		return (int) server.statements()
			.stream()
			.filter((statement) -> StandInServer.isRoleQuestion(statement.sql()))
			.count();
	}

	private void runRounds(Rounds.Round round) throws Exception {
		List<CompletableFuture<?>> running = new ArrayList<>();
		Rounds.run(ROUNDS, (number) -> running.add(CompletableFuture.runAsync(() -> {
			try {
				round.run(number);
			}
			catch (Exception | AssertionError ex) {
				throw new AssertionError("Round " + number + ": " + ex.getMessage(), ex);
			}
		}, this.threads)));
		for (CompletableFuture<?> each : running) {
			each.get();
		}
	}

}
