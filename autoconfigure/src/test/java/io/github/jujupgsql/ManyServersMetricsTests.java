package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.standin.StandInServer;
import io.micrometer.core.instrument.Meter;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is left of the meters when a thousand servers have come and gone.
 */
class ManyServersMetricsTests {

	private static final int AT_ONCE = 50;

	private static final int TIMES = 20;

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@Test
	void whenAThousandStandbysHaveComeAndGoneThenThereAreAsManyMetersAsBefore(@TempDir Path folder) throws IOException {
		Path file = folder.resolve("relation.json");
		relate(file, List.of());
		try (FollowingApplication application = FollowingApplication.of(file)
			.properties("juju.pgsql.replica.maximum-lag=1h", "juju.pgsql.drain-timeout=1s")
			.start()) {
			application.awaitPrimary(this.master.address());
			await().untilAsserted(() -> assertThat(pools(application)).hasSize(1));
			Set<String> before = meters(application);
			for (int i = 0; i < TIMES; i++) {
				comeAndGo(application, file);
			}
			relate(file, List.of());
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(meters(application)).isEqualTo(before));
		}
	}

	private void comeAndGo(FollowingApplication application, Path file) throws IOException {
		List<StandInServer> standbys = Stream.generate(StandInServer::standby).limit(AT_ONCE).toList();
		relate(file, standbys);
		application.awaitRoles("the standbys are known", (table) -> knows(table, standbys));
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(pools(application)).hasSizeGreaterThan(AT_ONCE));
		relate(file, List.of());
		application.awaitRoles("there are no standbys",
				(table) -> table.replicas().isEmpty() && table.excluded().isEmpty());
		standbys.forEach(StandInServer::close);
	}

	private static boolean knows(RoleTable table, List<StandInServer> standbys) {
		return table.replicas().size() + table.excluded().size() == standbys.size();
	}

	private void relate(Path file, List<StandInServer> standbys) throws IOException {
		Path beside = file.resolveSibling("beside");
		Files.writeString(beside,
				"{\"master\": \"" + connectionString(this.master) + "\", \"standbys\": ["
						+ standbys.stream()
							.map((standby) -> '"' + connectionString(standby) + '"')
							.collect(Collectors.joining(","))
						+ "]}");
		Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

	private static String connectionString(StandInServer server) {
		return "host=127.0.0.1 port=" + server.port()
				+ " user=writer password=PgsqlTestSecret dbname=notes sslmode=disable";
	}

	private static Set<String> meters(FollowingApplication application) {
		return application.meters()
			.getMeters()
			.stream()
			.map(Meter::getId)
			.map((id) -> id.getName() + id.getTags())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> pools(FollowingApplication application) {
		return application.meters()
			.getMeters()
			.stream()
			.map((meter) -> meter.getId().getTag("pool"))
			.filter((pool) -> pool != null)
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
