package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

/**
 * The master dies while all its connections are in use and more threads wait for one. A
 * standby is promoted, and then the file says so.
 * <p>
 * The peer is what one has without a relation: HikariCP and the driver's list of hosts.
 * No file tells it, so it asks the servers again and again, ever more rarely: how late it
 * is depends on how long there was no master. So it is measured in every tenth round, and
 * there the standby is promoted after one second, then after two, and so on.
 */
final class DeadMaster implements Scenario {

	private static final int POOL_SIZE = 4;

	private static final int WAITING = 4;

	private static final int PEER_EVERY = 10;

	private static final int LONGEST_OUTAGE = 10;

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		Timings killed = new Timings();
		Timings frozen = new Timings();
		Timings peer = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(1)) {
			Writers.createTable(cluster);
			try (Application application = new Application(cluster,
					"spring.datasource.hikari.maximum-pool-size=" + POOL_SIZE,
					// otherwise it would not wait for the file
					"juju.pgsql.follow-promotions=false")) {
				for (int round = 0; round < warmUps + rounds; round++) {
					boolean counts = round >= warmUps;
					int measured = round - warmUps;
					boolean withPeer = counts && measured % PEER_EVERY == 0;
					Duration outage = withPeer ? Duration.ofSeconds(1 + measured / PEER_EVERY % LONGEST_OUTAGE)
							: Duration.ZERO;
					fail(cluster, application, PgsqlServer::crash, outage, counts ? killed : new Timings(),
							withPeer ? peer : null);
					fail(cluster, application, PgsqlServer::freeze, Duration.ZERO, counts ? frozen : new Timings(),
							null);
				}
			}
		}
		return List.of(
				new Figure(
						"the master was killed, 4 threads wait for it → the file moves, the last of them has committed",
						killed, "HikariCP and `targetServerType=primary`, counted from the same moment", peer),
				new Figure("the same, and the master hangs", frozen, "", new Timings()));
	}

	private static void fail(PgsqlCluster cluster, Application application, Consumer<PgsqlServer> death,
			Duration outage, Timings here, @Nullable Timings there) {
		PgsqlServer dead = cluster.master();
		PgsqlServer promoted = cluster.standbys().get(0);
		try (HikariDataSource peerPool = (there != null) ? peer(cluster) : null) {
			Writers writers = exhaust(application.dataSource(), application.primaryPool(), promoted);
			Writers peerWriters = (peerPool != null) ? exhaust(peerPool, peerPool, promoted) : null;
			HikariPoolMXBean pool = application.primaryPool().getHikariPoolMXBean();
			death.accept(dead);
			Await.pause(outage);
			cluster.promote(promoted);
			application.prepareRelation(promoted, List.of());
			Await.until("everybody waits", () -> pool.getThreadsAwaitingConnection() >= WAITING);
			long start = application.publishRelation();
			here.add(writers.last() - start);
			if (there != null && peerWriters != null) {
				there.add(peerWriters.last() - start);
			}
		}
		cluster.rejoin(dead);
		application.prepareRelation(cluster.master(), cluster.standbys());
		application.publishRelation();
		application.awaitRoles(cluster.master(), cluster.standbys());
	}

	private static Writers exhaust(DataSource dataSource, HikariDataSource pool, PgsqlServer target) {
		HikariPoolMXBean state = pool.getHikariPoolMXBean();
		for (int i = 0; i < POOL_SIZE; i++) {
			Writers.async(() -> work(dataSource));
		}
		Await.until("all connections are in use", () -> state.getActiveConnections() == POOL_SIZE);
		Writers writers = Writers.start(WAITING, dataSource, target);
		Await.until("the others wait", () -> state.getThreadsAwaitingConnection() == WAITING);
		return writers;
	}

	/**
	 * Use a connection until its server is dead, or it is cut off.
	 */
	private static boolean work(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			return statement.execute("SELECT pg_sleep(600)");
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private static HikariDataSource peer(PgsqlCluster cluster) {
		HikariConfig config = Ahead.peer(cluster);
		config.setMaximumPoolSize(POOL_SIZE);
		return new HikariDataSource(config);
	}

}
