package io.github.jujupgsql.campaign;

import java.sql.SQLException;

import io.github.jujupgsql.AbstractClusterTests;
import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests with a {@link Load} on an application, for which there is an empty table.
 */
abstract class AbstractCampaignTests extends AbstractClusterTests {

	@BeforeEach
	void createTable() throws SQLException {
		Load.createTable(cluster);
	}

	/**
	 * Start an application whose pools are smaller than a load has threads, so that there
	 * are always some that wait, and wait until all standbys are replicas.
	 */
	static FollowingApplication followUnderLoad(String... properties) {
		FollowingApplication application = FollowingApplication.underLoad(relation).properties(properties).start();
		application.awaitReplicas(cluster.standbys());
		return application;
	}

	/**
	 * Do something while an application is under load. Afterwards every acknowledged
	 * write is on every server, and nothing is open but what the relation names.
	 */
	static void underLoad(Campaign campaign, String... properties) throws Exception {
		underLoad(followUnderLoad(properties), campaign);
	}

	static void underLoad(FollowingApplication started, Campaign campaign) throws Exception {
		try (FollowingApplication application = started) {
			try (Load load = Load.on(application)) {
				application.awaitFullPools();
				campaign.run(application, load);
				load.close();
				assertNothingLost(load);
			}
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
		}
		OpenResources.assertNothing(cluster.servers());
	}

	static void assertNothingLost(Load load) throws SQLException {
		cluster.awaitReplayed();
		for (PgsqlServer server : cluster.servers()) {
			load.assertNothingLost(server);
		}
	}

	/**
	 * What is done meanwhile.
	 */
	interface Campaign {

		void run(FollowingApplication application, Load load) throws Exception;

	}

}
