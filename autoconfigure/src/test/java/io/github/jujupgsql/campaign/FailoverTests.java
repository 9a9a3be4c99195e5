package io.github.jujupgsql.campaign;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.Sql;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The master of a synchronous cluster takes no more writes, a standby takes its place
 * under load, and the old master rejoins. Every other time the relation is ahead of the
 * promotion. The system property {@code juju.pgsql.test.rounds} says how many rounds each
 * test has, 2 unless told. After each:
 * <ul>
 * <li>every acknowledged write is on the new master, and in the end on every server;
 * <li>no write was acknowledged by the old master that began after the switch;
 * <li>what failed had a connection to the old master, and began before the switch;
 * <li>who waited for a primary was served by the new one;
 * <li>the first write on the new master used a backend that was open before the
 * promotion.
 * </ul>
 * The switch is the moment at which the new table of roles was seen in force, which is
 * not before it was. To begin is to ask for a connection.
 */
@PgsqlClusterTest(standbys = 2, synchronous = true)
class FailoverTests extends AbstractCampaignTests {

	private static final int ROUNDS = 2;

	/** What nothing has come for so long after has arrived. */
	private static final Duration BEING_SENT = Duration.ofMillis(100);

	@Test
	void whenTheMasterIsStoppedThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::stop);
	}

	@Test
	void whenTheMasterIsKilledThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::crash);
	}

	@Test
	void whenTheMasterHangsThenWhoIsStuckComesBackOnceThereIsANewOne() throws Exception {
		campaign(PgsqlServer::freeze);
	}

	private static void campaign(Consumer<PgsqlServer> fence) throws Exception {
		underLoad((application, load) -> Rounds.run(ROUNDS,
				(number) -> round(application, load, fence, number % 2 == 0)));
	}

	private static void round(FollowingApplication application, Load load, Consumer<PgsqlServer> fence,
			boolean promotionFirst) throws Exception {
		application.awaitFullPools();
		load.awaitProgress();
		PgsqlServer old = cluster.master();
		fence.accept(old);
		PgsqlServer next = nextMaster();
		if (!promotionFirst) {
			relation.write(next, cluster.standbys().stream().filter((standby) -> standby != next).toList());
			application.awaitNoPrimary();
		}
		Set<Backend> open = Backend.of(next);
		cluster.promote(next);
		if (promotionFirst) {
			relation.write();
		}
		long switched = application.awaitPrimary(next);
		load.awaitProgress();
		load.assertNothingLost(next);
		cluster.rejoin(old);
		relation.write();
		application.awaitReplicas(cluster.standbys());
		load.awaitProgress();
		check(load.takeHistory(), old, next, switched, open);
	}

	/**
	 * What the old master has sent may still be on its way; the standby to promote must
	 * have the most, or the other one would have to be made anew, which ends its
	 * sessions.
	 */
	private static PgsqlServer nextMaster() {
		AtomicReference<List<String>> received = new AtomicReference<>(List.of());
		await().pollInterval(BEING_SENT).until(() -> {
			List<String> now = new ArrayList<>();
			for (PgsqlServer standby : cluster.standbys()) {
				now.add(Sql.ask(standby, "SELECT pg_last_wal_receive_lsn()"));
			}
			return now.equals(received.getAndSet(now));
		});
		return cluster.mostAdvancedStandby();
	}

	private static void check(List<Operation> history, PgsqlServer old, PgsqlServer promoted, long switched,
			Set<Backend> openBefore) {
		assertThat(history).filteredOn(Operation::failed)
			.filteredOn((operation) -> !operation.wasOn(old) || operation.began() >= switched)
			.extracting((operation) -> operation.relativeTo(switched))
			.as("failed, times relative to the switch from %s to %s", old, promoted)
			.isEmpty();
		assertThat(history).filteredOn((operation) -> operation.kind() != Kind.READ_OF_REPLICA)
			.filteredOn((operation) -> operation.wasOn(old) && operation.began() >= switched)
			.extracting((operation) -> operation.relativeTo(switched))
			.as("still on %s", old)
			.isEmpty();
		assertThat(history).filteredOn((operation) -> operation.began() < switched)
			.filteredOn((operation) -> !operation.failed() && operation.kind() != Kind.READ_OF_REPLICA
					&& operation.wasOn(promoted))
			.as("operations that waited for %s", promoted)
			.isNotEmpty();
		assertThat(history.stream()
			.filter((operation) -> operation.isWrite() && operation.wasOn(promoted))
			.min(Comparator.comparing(Operation::borrowed))
			.map(Operation::backend)).as("the backend of the first write on %s", promoted)
			.hasValueSatisfying((backend) -> assertThat(backend).isIn(openBefore));
	}

}
