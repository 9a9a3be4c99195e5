package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

/**
 * The master goes, a standby is promoted, and the relation file never says so. Counted
 * from the first commit that could succeed on the promoted server: one connection to it
 * that was open before tries all the time. The peer is what one has without a relation:
 * HikariCP and the driver's list of hosts, in every fifth of the same rounds.
 */
final class Ahead implements Scenario {

	private static final Duration TRY_AGAIN = Duration.ofNanos(200_000);

	/**
	 * The peer remembers roles for ten seconds. From a query on a server that hangs it
	 * does not come back at all.
	 */
	private static final int PEER_EVERY = 5;

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		return List.of(run("killed", PgsqlServer::crash, true, warmUps, rounds),
				run("stopped", PgsqlServer::stop, true, warmUps, rounds),
				run("frozen (sick-after is 1 s)", PgsqlServer::freeze, false, warmUps, rounds));
	}

	private static Figure run(String how, Consumer<PgsqlServer> end, boolean peerComesBack, int warmUps, int rounds)
			throws SQLException {
		Timings here = new Timings();
		Timings there = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(1)) {
			Writers.createTable(cluster);
			try (Application application = new Application(cluster);
					HikariDataSource peer = new HikariDataSource(peer(cluster))) {
				for (int round = 0; round < warmUps + rounds; round++) {
					boolean counts = round >= warmUps;
					boolean withPeer = peerComesBack && counts && (round - warmUps) % PEER_EVERY == 0;
					round(cluster, application, end, counts ? here : new Timings(), withPeer ? peer : null, there);
				}
			}
		}
		return new Figure("the master was " + how + ", a standby is promoted, the file stays → first commit there, "
				+ "from the first that could succeed", here, "HikariCP and `targetServerType=primary`", there);
	}

	private static void round(PgsqlCluster cluster, Application application, Consumer<PgsqlServer> end, Timings here,
			@Nullable HikariDataSource peer, Timings there) throws SQLException {
		PgsqlServer gone = cluster.master();
		PgsqlServer promoted = cluster.standbys().get(0);
		try (Connection connection = promoted.connection()) {
			CompletableFuture<Long> possible = Writers.async(() -> firstPossible(connection));
			Writers writer = Writers.start(1, application.dataSource(), promoted);
			Writers peerWriter = (peer != null) ? Writers.start(1, peer, promoted) : null;
			end.accept(gone);
			cluster.promote(promoted);
			long start = possible.join();
			here.add(writer.last() - start);
			if (peerWriter != null) {
				there.add(peerWriter.last() - start);
			}
		}
		cluster.rejoin(gone);
		application.awaitRoles(cluster.master(), cluster.standbys());
	}

	private static long firstPossible(Connection connection) {
		while (true) {
			try (Statement statement = connection.createStatement()) {
				statement.execute("INSERT INTO written DEFAULT VALUES");
				return System.nanoTime();
			}
			catch (SQLException ex) {
				// it has not been promoted yet
				LockSupport.parkNanos(TRY_AGAIN.toNanos());
			}
		}
	}

	static HikariConfig peer(PgsqlCluster cluster) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://" + cluster.master().address() + "," + cluster.standbys().get(0).address()
				+ "/" + cluster.database() + "?targetServerType=primary");
		config.setUsername(cluster.user());
		config.setPassword(cluster.password());
		return config;
	}

}
