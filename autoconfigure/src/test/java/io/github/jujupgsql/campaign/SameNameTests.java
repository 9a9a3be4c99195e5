package io.github.jujupgsql.campaign;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The name of the master leads to another server, as that of a Kubernetes service does
 * after a failover: connections break, and the file stays as it is. Every other time the
 * name is ahead of the promotion. The system property {@code juju.pgsql.test.rounds} says
 * how many rounds there are, 3 unless told.
 */
class SameNameTests {

	private static final int ROUNDS = 3;

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.builder().standbys(1).synchronous(true).start();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@BeforeEach
	void prepare() throws SQLException {
		Load.createTable(cluster);
	}

	@Test
	void whenTheNameLeadsToAnotherServerThenWhoWaitsIsServedThere() throws Exception {
		try (Forwarder name = new Forwarder(cluster.master()); Application application = following(name)) {
			ServerPool pool = Objects.requireNonNull(application.roles().primary());
			try (Load load = Load.on(application)) {
				Rounds.run(ROUNDS, (number) -> {
					load.awaitProgress();
					PgsqlServer old = cluster.master();
					PgsqlServer next = cluster.standbys().get(0);
					old.crash();
					boolean promotionFirst = number % 2 == 0;
					if (!promotionFirst) {
						name.redirect(next);
						application.awaitRoles("there is no primary", (table) -> table.primary() == null);
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
			await().untilAsserted(() -> assertThat(application.roles().primary()).isSameAs(pool));
			application.assertOnlyTheCurrentPoolsAreThere(cluster.servers());
		}
		Application.assertNothingIsThere(cluster.servers());
	}

	private Application following(Forwarder name) throws InterruptedException {
		PgsqlServer master = cluster.master();
		String connectionString = master.connectionString().replace("port=" + master.port(), "port=" + name.port())
				+ " sslmode=disable";
		RelationFile relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		relation
			.write(new ObjectMapper().writeValueAsString(Map.of("master", connectionString, "standbys", List.of())));
		Application application = Application.following(relation);
		application.awaitRoles("there is a primary", (table) -> table.primary() != null);
		return application;
	}

}
