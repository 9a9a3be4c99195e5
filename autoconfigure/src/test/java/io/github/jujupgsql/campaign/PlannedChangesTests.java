package io.github.jujupgsql.campaign;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFileStyle;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Changes that take no server away from under anybody: not one operation fails, and what
 * need not change does not. The system property {@code juju.pgsql.test.rounds} says how
 * many rounds each test has, 2 unless told, and 3 where the file is written in each way.
 */
class PlannedChangesTests extends AbstractCampaignTests {

	private static final int ROUNDS = 2;

	@Test
	void nothingFailsWhileStandbysComeAndGo() throws Exception {
		PgsqlServer stays = cluster.standbys().get(0);
		campaign((application, load) -> {
			Map<PgsqlServer, Pool> before = pools(application, List.of(cluster.master(), stays));
			relation.write(cluster.master(), List.of(stays));
			application.awaitReplicas(List.of(stays));
			load.awaitProgress();
			relation.write();
			application.awaitReplicas(cluster.standbys());
			load.awaitProgress();
			assertThat(pools(application, List.of(cluster.master(), stays))).isEqualTo(before);
		});
	}

	@Test
	void nothingFailsWhileThePasswordRotates() throws Exception {
		campaign((application, load) -> {
			Map<PgsqlServer, Pool> before = pools(application, cluster.servers());
			cluster.rotatePassword();
			relation.write();
			application.awaitRoles("all pools are new ones",
					(table) -> table.primary() != null
							&& before.values().stream().noneMatch((pool) -> pool.pool == table.primary())
							&& before.values().stream().noneMatch((pool) -> table.replicas().contains(pool.pool)));
			load.awaitProgress();
		});
	}

	@Test
	void noPoolIsTouchedWhenStandbysChangePlaces() throws Exception {
		List<PgsqlServer> standbys = new ArrayList<>(cluster.standbys());
		campaign((application, load) -> {
			Map<PgsqlServer, Pool> before = pools(application, cluster.servers());
			Collections.reverse(standbys);
			write(application, () -> relation.write(cluster.master(), standbys));
			load.awaitProgress();
			assertThat(pools(application, cluster.servers())).isEqualTo(before);
		});
	}

	@Test
	void noPoolIsTouchedWhenTheFileIsWrittenAgain() throws Exception {
		List<RelationFileStyle> styles = List.of(RelationFileStyle.values());
		int[] writes = new int[1];
		campaign((application, load) -> {
			Map<PgsqlServer, Pool> before = pools(application, cluster.servers());
			relation.style(styles.get(writes[0]++ % styles.size())).write();
			load.awaitProgress();
			assertThat(pools(application, cluster.servers())).isEqualTo(before);
		}, styles.size());
	}

	@Test
	void noPoolIsTouchedWhenOptionsChangePlaces() throws Exception {
		boolean[] reversed = new boolean[1];
		campaign((application, load) -> {
			Map<PgsqlServer, Pool> before = pools(application, cluster.servers());
			reversed[0] = !reversed[0];
			write(application, () -> relation.write(content(reversed[0])));
			load.awaitProgress();
			assertThat(pools(application, cluster.servers())).isEqualTo(before);
		});
	}

	private static String content(boolean reversed) {
		return new ObjectMapper()
			.writeValueAsString(Map.of("master", connectionString(cluster.master(), reversed), "standbys",
					cluster.standbys().stream().map((standby) -> connectionString(standby, reversed)).toList()));
	}

	private static String connectionString(PgsqlServer server, boolean reversed) {
		List<String> options = Arrays.asList(server.connectionString().split(" "));
		if (reversed) {
			Collections.reverse(options);
		}
		return String.join(" ", options);
	}

	/**
	 * Writes the file and waits until that has been read.
	 */
	private static void write(FollowingApplication application, Runnable writing) {
		Instant before = Objects.requireNonNull(application.relation().readAt());
		writing.run();
		await().until(() -> before.isBefore(Objects.requireNonNull(application.relation().readAt())));
	}

	private static void campaign(Campaign change) throws Exception {
		campaign(change, ROUNDS);
	}

	private static void campaign(Campaign change, int rounds) throws Exception {
		underLoad((application, load) -> Rounds.run(rounds, (number) -> {
			change.run(application, load);
			application.awaitFullPools();
			load.assertNothingFailed();
		}));
	}

	private static Map<PgsqlServer, Pool> pools(FollowingApplication application, List<PgsqlServer> servers) {
		Map<PgsqlServer, Pool> pools = new HashMap<>();
		for (PgsqlServer server : servers) {
			ServerPool pool = application.poolOf(server);
			pools.put(server, new Pool(pool, backends(server, pool, application.roles().primary() == pool)));
		}
		return pools;
	}

	/**
	 * Returns the backends once they are those of the pool and, of the primary, the one
	 * that watches: a server that keeps threads waiting for a moment is asked on a
	 * connection of its own.
	 */
	private static Set<Backend> backends(PgsqlServer server, ServerPool pool, boolean watched) {
		return await().until(() -> Backend.of(server),
				(backends) -> backends.size() == OpenResources.connections(pool) + (watched ? 1 : 0));
	}

	/**
	 * What must stay the same.
	 *
	 * @param pool the pool
	 * @param backends the backends
	 */
	private record Pool(ServerPool pool, Set<Backend> backends) {

	}

}
