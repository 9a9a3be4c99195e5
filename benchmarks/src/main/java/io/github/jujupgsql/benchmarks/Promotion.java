package io.github.jujupgsql.benchmarks;

import java.sql.SQLException;
import java.util.List;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * A standby that the application reads from was promoted, and now the file says so. The
 * former master is alive, and a thread writes to it until then. It runs on this machine,
 * so what its processes do when they lose their clients takes time from everybody else;
 * hence once with a pool of ten connections, and once with the one that is used.
 */
final class Promotion implements Scenario {

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		return List.of(run(warmUps, rounds, 10), run(warmUps, rounds, 1));
	}

	private static Figure run(int warmUps, int rounds, int connections) throws SQLException {
		Timings here = new Timings();
		Timings there = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(1)) {
			Writers.createTable(cluster);
			try (Application application = new Application(cluster, "juju.pgsql.primary.minimum-idle=" + connections)) {
				for (int round = 0; round < warmUps + rounds; round++) {
					boolean counts = round >= warmUps;
					PgsqlServer old = cluster.master();
					PgsqlServer promoted = cluster.standbys().get(0);
					Writers writer = Writers.start(1, application.dataSource(), promoted);
					cluster.promote(promoted);
					application.prepareRelation(promoted, List.of());
					boolean peerFirst = round % 2 == 0;
					long connected = peerFirst ? Writers.connect(cluster, promoted) : 0;
					long start = application.publishRelation();
					long committed = writer.last() - start;
					connected = peerFirst ? connected : Writers.connect(cluster, promoted);
					if (counts) {
						here.add(committed);
						there.add(connected);
					}
					cluster.rejoin(old);
					application.prepareRelation(cluster.master(), cluster.standbys());
					application.publishRelation();
					application.awaitRoles(cluster.master(), cluster.standbys());
				}
			}
		}
		return new Figure(
				"the file names a known, promoted standby → first commit there; connections to the old master: "
						+ connections,
				here, "opening a connection to it", there);
	}

}
