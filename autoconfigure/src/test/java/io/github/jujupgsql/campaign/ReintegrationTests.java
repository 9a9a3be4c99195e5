package io.github.jujupgsql.campaign;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFileForm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The relation is removed and integrated again under load, which is how credentials are
 * rotated: for a while there is none, and then another one, with another user on the same
 * servers. The system property {@code juju.pgsql.test.pause} says for how many
 * milliseconds there is none, 1000 unless told; Juju takes 20 to 60 seconds.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReintegrationTests extends AbstractCampaignTests {

	private static final Duration PAUSE = Duration.ofMillis(Long.getLong("juju.pgsql.test.pause", 1000));

	private static final Duration LONGER = PAUSE.plusSeconds(60);

	private static final List<String> JOINED = List.of("DatabaseRelationJoined", "MasterAvailable", "MasterChanged",
			"StandbyAvailable", "StandbyChanged", "DatabaseAvailable", "DatabaseChanged");

	private static final List<String> SERVERS_GONE = List.of("MasterChanged", "MasterGone", "StandbyChanged",
			"StandbyGone", "DatabaseChanged", "DatabaseGone");

	private static final List<String> BROKEN = List.of("DatabaseRelationBroken");

	@BeforeEach
	void writeRelationWithId() {
		relation = relation.form(RelationFileForm.RELATION).relationId(7);
		relation.write();
	}

	@Test
	void whoWaitsWhileNoServerIsNamedIsServedByTheNewUser(CapturedOutput output) throws Exception {
		assertThatAllAreServed(campaign(LONGER, () -> relation.write("{}"), SERVERS_GONE));
		assertThatItIsTold(output, "names no server any more; the relation is gone");
	}

	@Test
	void whoWaitsWhileThereIsNoFileIsServedByTheNewUser(CapturedOutput output) throws Exception {
		assertThatAllAreServed(campaign(LONGER, relation::delete, join(SERVERS_GONE, BROKEN)));
		assertThatItIsTold(output, "treating the relation as broken");
	}

	@Test
	void whoCannotWaitThatLongTimesOutAndNothingElseFails() throws Exception {
		Outcome outcome = campaign(PAUSE.dividedBy(4), () -> relation.write("{}"), SERVERS_GONE);
		assertThat(outcome.history()).filteredOn(Operation::failed)
			.isNotEmpty()
			.allMatch((operation) -> operation.failure() instanceof SQLTransientConnectionException)
			.allMatch((operation) -> operation.backend() == null);
	}

	/**
	 * Takes the relation away and gives the application another one.
	 * @param timeout the connection timeout
	 * @param removal takes it away
	 * @param toldThen what the application is to be told of that
	 */
	private Outcome campaign(Duration timeout, Runnable removal, List<String> toldThen) throws Exception {
		Outcome outcome;
		try (FollowingApplication application = followUnderLoad(
				"spring.datasource.hikari.connection-timeout=" + timeout.toMillis(),
				"juju.pgsql.missing-file-grace=200ms")) {
			awaitTold(application, JOINED);
			try (Load load = Load.on(application)) {
				application.awaitFullPools();
				removal.run();
				long gone = application.awaitRoles("no server has a role",
						(table) -> table.primary() == null && table.replicas().isEmpty());
				awaitTold(application, join(JOINED, toldThen));
				cluster.changeUser("relation_" + UUID.randomUUID());
				cluster.awaitReplayed();
				await().during(PAUSE).atMost(LONGER).until(() -> application.roles().primary() == null);
				long back = System.nanoTime();
				relation.relationId(12).write();
				application.awaitReplicas(cluster.standbys());
				load.awaitProgress();
				awaitTold(application, join(JOINED, SERVERS_GONE, BROKEN, JOINED));
				load.close();
				outcome = new Outcome(load.takeHistory(), gone, back);
				assertThatNobodyIsServedButByTheNewUser(outcome);
				assertNothingLost(load);
			}
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
			for (PgsqlServer server : cluster.servers()) {
				assertThat(Backend.of(server)).isNotEmpty().extracting(Backend::user).containsOnly(cluster.user());
			}
		}
		OpenResources.assertNothing(cluster.servers());
		return outcome;
	}

	private static void assertThatNobodyIsServedButByTheNewUser(Outcome outcome) {
		assertThat(outcome.servedSinceGone()).allSatisfy((operation) -> {
			assertThat(Objects.requireNonNull(operation.backend()).user()).isEqualTo(cluster.user());
			assertThat(operation.borrowed()).isGreaterThan(outcome.back());
		});
	}

	private static void assertThatAllAreServed(Outcome outcome) {
		assertThat(outcome.history()).filteredOn(Operation::failed)
			.extracting((operation) -> operation.relativeTo(outcome.back()))
			.isEmpty();
		assertThat(outcome.history())
			.filteredOn((operation) -> operation.began() < outcome.back() && operation.borrowed() >= outcome.back())
			.as("operations that waited")
			.hasSize(Load.THREADS);
	}

	private static void awaitTold(FollowingApplication application, List<String> events) {
		await().untilAsserted(() -> assertThat(application.told()).isEqualTo(events));
	}

	private static void assertThatItIsTold(CapturedOutput output, String reason) {
		assertThat(lines(output, reason)).singleElement()
			.asString()
			.contains("INFO", "relation 7", cluster.master().address(), cluster.standbys().get(1).address());
		assertThat(lines(output, "a new relation")).singleElement()
			.asString()
			.contains("INFO", "ms without one", "relation 7 -> 12", "another user", cluster.master().address());
		assertThat(lines(output, "PgsqlTestSecret")).isEmpty();
	}

	private static List<String> lines(CapturedOutput output, String text) {
		return output.getAll().lines().filter((line) -> line.contains(text)).toList();
	}

	@SafeVarargs
	private static List<String> join(List<String>... parts) {
		List<String> joined = new ArrayList<>();
		for (List<String> part : parts) {
			joined.addAll(part);
		}
		return joined;
	}

	/**
	 * What the load did, and when; times are of {@link System#nanoTime()}.
	 *
	 * @param history what it did
	 * @param gone a moment at which there was no relation
	 * @param back when there was about to be one again
	 */
	private record Outcome(List<Operation> history, long gone, long back) {

		List<Operation> servedSinceGone() {
			return this.history.stream()
				.filter((operation) -> !operation.failed())
				.filter((operation) -> operation.began() >= this.gone || operation.borrowed() >= this.back)
				.toList();
		}

	}

}
