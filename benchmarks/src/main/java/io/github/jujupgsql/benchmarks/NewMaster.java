package io.github.jujupgsql.benchmarks;

import java.sql.SQLException;
import java.util.List;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * The file names a master of which it has said nothing before, so there is no pool yet.
 * Two servers that are not in recovery take turns: each is forgotten when it has left.
 */
final class NewMaster implements Scenario {

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		Timings here = new Timings();
		Timings there = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(1)) {
			Writers.createTable(cluster);
			PgsqlServer current = cluster.promote(cluster.standbys().get(0));
			PgsqlServer next = cluster.formerMasters().get(0);
			try (Application application = new Application(cluster)) {
				for (int round = 0; round < warmUps + rounds; round++) {
					Writers writer = Writers.start(1, application.dataSource(), next);
					application.prepareRelation(next, List.of());
					boolean peerFirst = round % 2 == 0;
					long connected = peerFirst ? Writers.connect(cluster, next) : 0;
					long start = application.publishRelation();
					long committed = writer.last() - start;
					connected = peerFirst ? connected : Writers.connect(cluster, next);
					if (round >= warmUps) {
						here.add(committed);
						there.add(connected);
					}
					application.awaitRoles(next, List.of());
					application.awaitFullPrimary();
					PgsqlServer former = current;
					current = next;
					next = former;
				}
			}
		}
		return List.of(new Figure("the file names a master never seen before → first commit there", here,
				"opening a connection to it", there));
	}

}
