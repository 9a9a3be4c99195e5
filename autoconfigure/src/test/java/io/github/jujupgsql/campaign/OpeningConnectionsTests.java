package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.AbstractClusterTests;
import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.campaign.Forwarder.Hold;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import tools.jackson.databind.ObjectMapper;

import org.springframework.jdbc.support.JdbcUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections that are being opened while the relation changes, which HikariCP lets
 * through (its <a href="https://github.com/brettwooldridge/HikariCP/issues/1836">issue
 * 1836</a>): nobody ever gets one to a server, or with a password, that the relation has
 * left. Each round sees to it that there is nothing to borrow but what is being opened,
 * and holds that until the change is in force, or, every other round, until the file is
 * written. The system property {@code juju.pgsql.test.rounds} says how many rounds each
 * test has, 12 unless told.
 */
@PgsqlClusterTest
class OpeningConnectionsTests extends AbstractClusterTests {

	private static final int ROUNDS = 12;

	private static final int BORROWERS = 4;

	@SuppressWarnings("NullAway.Init")
	private static PgsqlServer former;

	@SuppressWarnings("NullAway.Init")
	private static PgsqlServer master;

	@BeforeAll
	static void promote(PgsqlCluster cluster) {
		former = cluster.master();
		master = cluster.promote(cluster.standbys().get(0));
	}

	@Override
	protected void makeTheClusterWhole() {
		// the former master is to stay what it is
	}

	@Test
	void nobodyGetsAConnectionToAServerThatHasLeft() throws Exception {
		// with the password of now, which the former master does not learn by itself
		cluster.rotatePassword();
		setPassword(former);
		try (Forwarder one = new Forwarder(former); Forwarder other = new Forwarder(master)) {
			List<Forwarder> forwarders = List.of(one, other);
			write(one, 0);
			campaign((application, threads) -> Rounds.run(ROUNDS, (number) -> {
				Forwarder old = forwarders.get(number % 2);
				Forwarder next = forwarders.get((number + 1) % 2);
				application.awaitPrimary(old.address());
				race(application, threads, old, number % 4 < 2, () -> {
					write(next, 0);
					return next.server().port();
				}, Session::port);
			}));
		}
	}

	@Test
	void nobodyGetsAConnectionWithAPasswordThatHasLeft() throws Exception {
		try (Forwarder forwarder = new Forwarder(master)) {
			write(forwarder, 0);
			campaign((application, threads) -> Rounds.run(ROUNDS,
					(number) -> race(application, threads, forwarder, number % 2 == 0, () -> {
						cluster.rotatePassword();
						forwarder.pass();
						write(forwarder, number + 1);
						return FollowingApplication.NAME + "-" + (number + 1);
					}, Session::name)));
		}
	}

	/**
	 * Changes the relation while the only connections that anybody could get are being
	 * opened.
	 * @param late whether they are held until the change is in force
	 * @param change changes it, and tells what sessions must be from then on
	 * @param property what is to be looked at
	 */
	private <T> void race(FollowingApplication application, ExecutorService threads, Forwarder forwarder, boolean late,
			Callable<T> change, Function<Session, T> property) throws Exception {
		ServerPool pool = Objects.requireNonNull(application.roles().primary());
		Hold hold = forwarder.hold();
		evictAll(pool);
		CountDownLatch moved = new CountDownLatch(1);
		List<Future<Session>> waiting = borrow(application, threads, moved);
		// what is held first may have been opened by the pool of its own accord
		await().atMost(FollowingApplication.PATIENCE)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> hold.held() > 0 && connections(pool).getThreadsAwaitingConnection() > 0);
		long changing = System.nanoTime();
		T expected = change.call();
		if (!late) {
			hold.release();
		}
		long switched = application.awaitRoles("the primary has another pool",
				(table) -> table.primary() != null && table.primary() != pool);
		forwarder.pass();
		hold.release();
		moved.countDown();
		List<Session> sessions = new ArrayList<>(results(waiting));
		sessions.addAll(results(borrow(application, threads, moved)));
		assertThat(sessions)
			.filteredOn((session) -> session.began() >= switched || (late && session.borrowed() >= switched))
			.hasSizeGreaterThan(BORROWERS - 1)
			.allSatisfy((session) -> assertThat(property.apply(session)).isEqualTo(expected));
		if (late) {
			// not since the switch was seen: they may have been served by then
			assertThat(sessions).as("those who waited for what was held")
				.anyMatch((session) -> session.began() < changing && session.borrowed() >= changing);
		}
	}

	private static void evictAll(ServerPool pool) {
		HikariPoolMXBean connections = connections(pool);
		await().atMost(FollowingApplication.PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
			connections.softEvictConnections();
			return connections.getTotalConnections() == 0;
		});
	}

	private static HikariPoolMXBean connections(ServerPool pool) {
		return Objects.requireNonNull(pool.getDataSource()).getHikariPoolMXBean();
	}

	/**
	 * Borrows by several threads at once. None gives anything back before the move: one
	 * that got what was opened before would serve all others.
	 */
	private static List<Future<Session>> borrow(FollowingApplication application, ExecutorService threads,
			CountDownLatch moved) {
		List<Future<Session>> sessions = new ArrayList<>();
		for (int i = 0; i < BORROWERS; i++) {
			sessions.add(threads.submit(() -> {
				long began = System.nanoTime();
				Connection connection = application.primary().getConnection();
				try {
					Session session = Session.of(connection, began, System.nanoTime());
					assertThat(moved.await(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
					return session;
				}
				finally {
					// fails if it was borrowed before the move and is cut off
					JdbcUtils.closeConnection(connection);
				}
			}));
		}
		return sessions;
	}

	private static List<Session> results(List<Future<Session>> futures) throws Exception {
		List<Session> results = new ArrayList<>();
		for (Future<Session> future : futures) {
			results.add(future.get(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS));
		}
		return results;
	}

	private void campaign(Campaign campaign) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(BORROWERS);
		try (FollowingApplication application = FollowingApplication.underLoad(relation)
			.properties("spring.datasource.hikari.maximum-pool-size=" + 2 * BORROWERS,
					"spring.datasource.hikari.minimum-idle=0",
					// the servers are of different histories, and the relation alone is
					// to say which counts
					"juju.pgsql.follow-promotions=false")
			.start()) {
			application.awaitRoles("there is a primary", (table) -> table.primary() != null);
			campaign.run(application, threads);
			OpenResources.assertOnlyTheCurrentPools(application, List.of(former, master));
		}
		finally {
			threads.shutdownNow();
		}
		OpenResources.assertNothing(List.of(former, master));
	}

	private void write(Forwarder forwarder, int generation) {
		PgsqlServer server = forwarder.server();
		String connectionString = server.connectionString().replace("port=" + server.port(), "port=" + forwarder.port())
				+ " sslmode=disable application_name=" + FollowingApplication.NAME + "-" + generation;
		this.relation
			.write(new ObjectMapper().writeValueAsString(Map.of("master", connectionString, "standbys", List.of())));
	}

	private static void setPassword(PgsqlServer server) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			connection.unwrap(PGConnection.class)
				.alterUserPassword(cluster.user(), cluster.password().toCharArray(), "scram-sha-256");
		}
	}

	/**
	 * What somebody got.
	 *
	 * @param began before a connection was asked for, as of {@link System#nanoTime()}
	 * @param borrowed when it was there
	 * @param port which server it was to; 0 if that was cut off
	 * @param name its application name, which tells with which password it was opened
	 */
	private record Session(long began, long borrowed, int port, String name) {

		static Session of(Connection connection, long began, long borrowed) {
			try (Statement statement = connection.createStatement();
					ResultSet result = statement
						.executeQuery("SELECT inet_server_port(), current_setting('application_name')")) {
				result.next();
				return new Session(began, borrowed, result.getInt(1), String.valueOf(result.getString(2)));
			}
			catch (SQLException ex) {
				return new Session(began, borrowed, 0, String.valueOf(ex.getSQLState()));
			}
		}

	}

	/**
	 * What is done while the application runs.
	 */
	private interface Campaign {

		void run(FollowingApplication application, ExecutorService threads) throws Exception;

	}

}
