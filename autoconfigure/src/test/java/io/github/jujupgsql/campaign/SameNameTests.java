package io.github.jujupgsql.campaign;

import java.util.List;
import java.util.Map;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The name of the master leads to another server, as that of a Kubernetes service does
 * after a failover: connections break, and the file stays as it is. Every other time the
 * name is ahead of the promotion. The system property {@code juju.pgsql.test.rounds} says
 * how many rounds there are, 2 unless told.
 */
@PgsqlClusterTest(synchronous = true)
class SameNameTests extends AbstractCampaignTests {

	private static final int ROUNDS = 2;

	@Test
	void whenTheNameLeadsToAnotherServerThenWhoWaitsIsServedThere() throws Exception {
		try (Forwarder name = new Forwarder(cluster.master()); FollowingApplication application = following(name)) {
			try (Load load = Load.on(application)) {
				Rounds.run(ROUNDS, (number) -> {
					load.awaitProgress();
					PgsqlServer old = cluster.master();
					PgsqlServer next = cluster.standbys().get(0);
					old.crash();
					boolean promotionFirst = number % 2 == 0;
					if (!promotionFirst) {
						name.redirect(next);
						application.awaitNoPrimary();
					}
					cluster.promote(next);
					name.redirect(next);
					long promoted = System.nanoTime();
					load.awaitProgress();
					load.assertNothingLost(next);
					assertThat(load.takeHistory()).filteredOn(Operation::failed)
						.filteredOn((operation) -> operation.began() >= promoted)
						.extracting((operation) -> operation.relativeTo(promoted))
						.as("failed, times relative to the promotion of %s", next)
						.isEmpty();
					cluster.rejoin(old);
				});
			}
			application.awaitPrimary(name.address());
			OpenResources.assertOnlyTheCurrentPools(application, cluster.servers());
		}
		OpenResources.assertNothing(cluster.servers());
	}

	private static FollowingApplication following(Forwarder name) {
		PgsqlServer master = cluster.master();
		String connectionString = master.connectionString().replace("port=" + master.port(), "port=" + name.port())
				+ " sslmode=disable";
		relation
			.write(new ObjectMapper().writeValueAsString(Map.of("master", connectionString, "standbys", List.of())));
		FollowingApplication application = FollowingApplication.underLoad(relation).start();
		application.awaitRoles("there is a primary", (table) -> table.primary() != null);
		return application;
	}

}
