package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * The master is away for a while and comes back under its name, with the file as it was,
 * while four threads wait for it. Counted from the moment at which it accepts
 * connections. The peer is HikariCP alone; how late it is depends on how long the server
 * was away, which is one second, then two, and so on.
 */
final class SameName implements Scenario {

	private static final int WAITING = 4;

	private static final int LONGEST_OUTAGE = 5;

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		Timings here = new Timings();
		Timings there = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(0)) {
			Writers.createTable(cluster);
			try (Application application = new Application(cluster);
					HikariDataSource peer = Benchmarks.hikariAlone(cluster)) {
				for (int round = 0; round < rounds; round++) {
					PgsqlServer master = cluster.master();
					master.crash();
					Writers writers = Writers.start(WAITING, application.dataSource(), master);
					Writers peerWriters = Writers.start(WAITING, peer, master);
					Await.pause(Duration.ofSeconds(1 + round % LONGEST_OUTAGE));
					Writers.async(() -> {
						master.start();
						return true;
					});
					long accepting = awaitAccepting(cluster);
					here.add(Math.max(0, writers.last() - accepting));
					there.add(Math.max(0, peerWriters.last() - accepting));
					Await.until(master + " is started", master::isRunning);
				}
			}
		}
		return List.of(new Figure("the master is back under the same name → the last of 4 threads has committed", here,
				"HikariCP alone", there));
	}

	private static long awaitAccepting(PgsqlCluster cluster) {
		String url = "jdbc:postgresql://" + cluster.master().address() + "/" + cluster.database();
		while (true) {
			try (Connection connection = DriverManager.getConnection(url, cluster.user(), cluster.password())) {
				return System.nanoTime();
			}
			catch (SQLException ex) {
				Await.pause(Duration.ofMillis(1));
			}
		}
	}

}
