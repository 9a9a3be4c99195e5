package io.github.jujupgsql.campaign;

import java.util.Set;
import java.util.function.Consumer;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

/**
 * The master of a synchronous cluster takes no more writes, a standby takes its place
 * under load, and the old master rejoins. Every other time, and first when the master is
 * killed, the relation is ahead of the promotion. The system property
 * {@code juju.pgsql.test.rounds} says how many rounds each test has, 1 unless told. After
 * each:
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
class FailoverTests extends AbstractFailoverTests {

	private static final int ROUNDS = 1;

	@Test
	void whenTheMasterIsStoppedThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::stop, true);
	}

	@Test
	void whenTheMasterIsKilledThenNothingIsLostAndNothingFailsButWhatWasInFlight() throws Exception {
		campaign(PgsqlServer::crash, false);
	}

	@Test
	void whenTheMasterHangsThenWhoIsStuckComesBackOnceThereIsANewOne() throws Exception {
		campaign(PgsqlServer::freeze, true);
	}

	private static void campaign(Consumer<PgsqlServer> fence, boolean firstPromotionFirst) throws Exception {
		underLoad((application, load) -> Rounds.run(ROUNDS,
				(number) -> round(application, load, fence, (number % 2 == 0) == firstPromotionFirst)));
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

}
