package io.github.jujupgsql.campaign;

import java.util.Set;
import java.util.function.Consumer;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

/**
 * The master of a synchronous cluster goes in different ways, a standby is promoted, and
 * the relation file never changes: it goes on to call the first master so. After each
 * round holds what {@link FailoverTests} says. The system property
 * {@code juju.pgsql.test.rounds} says how many rounds each test has, 2 unless told: in
 * each, another server is the master that the file does not name, or does again.
 */
@PgsqlClusterTest(standbys = 2, synchronous = true)
class UnchangedFileTests extends AbstractFailoverTests {

	private static final int ROUNDS = 2;

	@Test
	void whenTheMasterIsKilledThenThePromotedStandbyIsThePrimary() throws Exception {
		campaign(PgsqlServer::crash);
	}

	@Test
	void whenTheMasterIsStoppedThenThePromotedStandbyIsThePrimary() throws Exception {
		campaign(PgsqlServer::stop);
	}

	@Test
	void whenTheMasterIsStoppedImmediatelyThenThePromotedStandbyIsThePrimary() throws Exception {
		campaign(PgsqlServer::stopImmediately);
	}

	@Test
	void whenTheMasterIsRestartedAsAStandbyThenThePromotedOneIsThePrimary() throws Exception {
		underLoad((application, load) -> Rounds.run(ROUNDS, (number) -> {
			application.awaitFullPools();
			load.awaitProgress();
			PgsqlServer old = cluster.master();
			PgsqlServer next = cluster.promote(cluster.mostAdvancedStandby());
			cluster.rejoin(old);
			application.awaitPrimary(next);
			application.awaitReplicas(cluster.standbys());
			load.awaitProgress();
			load.assertNothingLost(next);
		}));
	}

	@Test
	void whenTheMasterHangsThenThePromotedStandbyIsThePrimary() throws Exception {
		campaign(PgsqlServer::freeze);
	}

	private static void campaign(Consumer<PgsqlServer> end) throws Exception {
		underLoad((application, load) -> Rounds.run(ROUNDS, (number) -> round(application, load, end)),
				"juju.pgsql.primary.sick-after=500ms");
	}

	private static void round(FollowingApplication application, Load load, Consumer<PgsqlServer> end) throws Exception {
		application.awaitFullPools();
		load.awaitProgress();
		PgsqlServer old = cluster.master();
		end.accept(old);
		PgsqlServer next = nextMaster();
		Set<Backend> open = Backend.of(next);
		cluster.promote(next);
		long switched = application.awaitPrimary(next);
		load.awaitProgress();
		load.assertNothingLost(next);
		cluster.rejoin(old);
		application.awaitReplicas(cluster.standbys());
		load.awaitProgress();
		check(load.takeHistory(), old, next, switched, open);
	}

}
