package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.AbstractClusterTests;
import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.support.JdbcUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * A deposed master that is alive, that nobody has fenced and that takes writes: no commit
 * on it is acknowledged any more. There are two such servers, a standby that was promoted
 * and its former master, and the relation names now the one and now the other. The system
 * property {@code juju.pgsql.test.rounds} says how often each test changes it, 8 times
 * unless told.
 */
@PgsqlClusterTest(standbys = 2, settings = { "track_commit_timestamp=on",
		// otherwise a backend that sleeps does not notice that its client has gone
		"client_connection_check_interval=100ms" })
class DeposedMasterTests extends AbstractClusterTests {

	private static final int ROUNDS = 8;

	private static final int WRITERS = 8;

	/** The servers are of different histories. */
	private static final String RELATION_ALONE = "juju.pgsql.follow-promotions=false";

	@SuppressWarnings("NullAway.Init")
	private static List<PgsqlServer> servers;

	private final AtomicInteger lastId = new AtomicInteger();

	@BeforeAll
	static void promote(PgsqlCluster cluster) {
		servers = List.of(cluster.master(), cluster.promote(cluster.standbys().get(0)));
	}

	@BeforeEach
	void createTables() throws SQLException {
		for (PgsqlServer server : servers) {
			try (Connection connection = server.connection(); Statement statement = connection.createStatement()) {
				statement.execute("DROP TABLE IF EXISTS notes");
				statement.execute("CREATE TABLE notes (id int PRIMARY KEY)");
			}
		}
		relation.write(servers.get(0), List.of());
	}

	@Override
	protected void makeTheClusterWhole() {
		// the former master is to stay what it is
	}

	@Test
	void aTransactionThatIsOpenWhenTheRoleMovesNeverCommits() throws Exception {
		campaign((application, threads) -> Rounds.run(ROUNDS, (number) -> {
			PgsqlServer old = servers.get(number % 2);
			PgsqlServer next = servers.get((number + 1) % 2);
			CountDownLatch written = new CountDownLatch(WRITERS);
			CountDownLatch moved = new CountDownLatch(1);
			List<Future<Throwable>> commits = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				boolean stuck = i == 0;
				commits.add(threads.submit(() -> {
					try (Connection connection = application.primary().getConnection()) {
						assertThat(Backend.of(connection).isOn(old)).isTrue();
						connection.setAutoCommit(false);
						insert(connection, this.lastId.incrementAndGet());
						written.countDown();
						if (stuck) {
							return catchThrowable(() -> sleep(connection));
						}
						assertThat(moved.await(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
						return catchThrowable(connection::commit);
					}
				}));
			}
			assertThat(written.await(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
			relation.write(next, List.of());
			application.awaitPrimary(next);
			moved.countDown();
			for (Future<Throwable> commit : commits) {
				assertThat(commit.get(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS))
					.as("commit on %s", old)
					.isInstanceOf(SQLException.class);
			}
			assertThat(committed(old)).as("committed on %s", old).isEmpty();
		}), RELATION_ALONE);
	}

	/**
	 * The server tells when it committed: before it told the client. A borrower tells
	 * when it has a connection of the new primary: after it could have one. Both clocks
	 * are this machine's. So a commit that was acknowledged although it is later than
	 * that was acknowledged too late, however the threads were scheduled. Commits take
	 * their time, so that there are always some that the server is at when the role
	 * moves.
	 */
	@Test
	void aCommitThatRacesWithTheMoveIsAcknowledgedBeforeItOrNotAtAll() throws Exception {
		for (PgsqlServer server : servers) {
			delayCommits(server);
		}
		racingCommits((application, history) -> Rounds.run(ROUNDS, (number) -> {
			PgsqlServer old = servers.get(number % 2);
			PgsqlServer next = servers.get((number + 1) % 2);
			awaitCommits(history, old);
			relation.write(next, List.of());
			long moved = application.awaitPrimary(next);
			awaitCommits(history, next);
			check(take(history), old, next, moved);
		}), RELATION_ALONE);
	}

	/**
	 * The relation goes on to call the former master so. As soon as it names the promoted
	 * server as well, that has a witness: another standby streams from it.
	 */
	@Test
	void aCommitThatRacesWithAMoveThatTheRelationDoesNotAskForIsAcknowledgedBeforeItOrNotAtAll() throws Exception {
		for (PgsqlServer server : servers) {
			delayCommits(server);
		}
		PgsqlServer old = servers.get(0);
		PgsqlServer promoted = servers.get(1);
		racingCommits((application, history) -> {
			Rounds.run(ROUNDS / 3, (number) -> {
				relation.write(old, List.of());
				application.awaitPrimary(old);
				take(history);
				awaitCommits(history, old);
				long told = System.nanoTime();
				relation.write(old, List.of(promoted));
				long moved = application.awaitPrimary(promoted);
				history.removeIf((commit) -> commit.began() < told && commit.backend().isOn(promoted));
				awaitCommits(history, promoted);
				check(take(history), old, promoted, moved);
			});
			relation.write(promoted, List.of());
		});
	}

	private void racingCommits(Race race, String... properties) throws Exception {
		Queue<Commit> history = new ConcurrentLinkedQueue<>();
		AtomicBoolean stopped = new AtomicBoolean();
		campaign((application, threads) -> {
			List<Future<Void>> writers = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				writers.add(threads.submit(() -> write(application, history, stopped)));
			}
			try {
				race.run(application, history);
			}
			finally {
				stopped.set(true);
			}
			for (Future<Void> writer : writers) {
				writer.get(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}
		}, properties);
	}

	private @Nullable Void write(FollowingApplication application, Queue<Commit> history, AtomicBoolean stopped)
			throws SQLException {
		while (!stopped.get()) {
			int id = this.lastId.incrementAndGet();
			long began = System.nanoTime();
			Connection connection = application.primary().getConnection();
			Instant borrowed = Instant.now();
			Backend backend = Backend.of(connection);
			boolean acknowledged = catchThrowable(() -> {
				connection.setAutoCommit(false);
				insert(connection, id);
				connection.commit();
			}) == null;
			history.add(new Commit(id, backend, began, borrowed, acknowledged));
			// fails if it is cut off after the commit
			JdbcUtils.closeConnection(connection);
		}
		return null;
	}

	private static void awaitCommits(Queue<Commit> history, PgsqlServer server) {
		await().atMost(FollowingApplication.PATIENCE)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> history.stream()
				.filter((commit) -> commit.acknowledged() && commit.backend().isOn(server))
				.count() >= WRITERS);
	}

	private static List<Commit> take(Queue<Commit> history) {
		List<Commit> taken = new ArrayList<>();
		for (Commit next = history.poll(); next != null; next = history.poll()) {
			taken.add(next);
		}
		return taken;
	}

	private static void check(List<Commit> commits, PgsqlServer old, PgsqlServer next, long moved) throws SQLException {
		assertThat(commits).filteredOn((commit) -> commit.began() >= moved)
			.as("began after the move")
			.allMatch((commit) -> commit.acknowledged() && commit.backend().isOn(next));
		Instant firstBorrowed = commits.stream()
			.filter((commit) -> commit.backend().isOn(next))
			.map(Commit::borrowed)
			.min(Instant::compareTo)
			.orElseThrow();
		Map<Integer, Instant> committed = committed(old);
		assertThat(commits).filteredOn((commit) -> commit.acknowledged() && commit.backend().isOn(old))
			.as("commits on %s, acknowledged while %s could be borrowed from, since %s", old, next, firstBorrowed)
			.allSatisfy((commit) -> assertThat(committed.get(commit.id())).isBefore(firstBorrowed));
	}

	private void campaign(Campaign campaign, String... properties) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
		try (FollowingApplication application = FollowingApplication.underLoad(relation)
			.properties("spring.datasource.hikari.maximum-pool-size=" + WRITERS,
					"spring.datasource.hikari.minimum-idle=1")
			.properties(properties)
			.start()) {
			application.awaitPrimary(servers.get(0));
			campaign.run(application, threads);
			threads.shutdown();
			assertThat(threads.awaitTermination(FollowingApplication.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
			OpenResources.assertOnlyTheCurrentPools(application, servers);
		}
		finally {
			threads.shutdownNow();
		}
		OpenResources.assertNothing(servers);
	}

	private static void insert(Connection connection, int id) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement("INSERT INTO notes VALUES (?)")) {
			insert.setInt(1, id);
			insert.executeUpdate();
		}
	}

	private static void sleep(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_sleep(" + FollowingApplication.PATIENCE.toSeconds() + ")");
		}
	}

	private static void delayCommits(PgsqlServer server) throws SQLException {
		try (Connection connection = server.connection(); Statement statement = connection.createStatement()) {
			statement.execute("CREATE OR REPLACE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS "
					+ "'BEGIN PERFORM pg_sleep(random() * 0.1); RETURN NULL; END'");
			statement.execute("CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
					+ "FOR EACH ROW EXECUTE FUNCTION linger()");
		}
	}

	/**
	 * What is committed on a server, and when it was.
	 */
	private static Map<Integer, Instant> committed(PgsqlServer server) throws SQLException {
		Map<Integer, Instant> committed = new HashMap<>();
		try (Connection connection = server.connection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT id, pg_xact_commit_timestamp(xmin) FROM notes")) {
			while (result.next()) {
				committed.put(result.getInt(1), result.getObject(2, OffsetDateTime.class).toInstant());
			}
		}
		return committed;
	}

	/**
	 * A transaction that somebody tried to commit.
	 *
	 * @param id what it inserted
	 * @param backend where
	 * @param began before a connection was asked for, as of {@link System#nanoTime()}
	 * @param borrowed when it was there
	 * @param acknowledged whether the commit returned
	 */
	private record Commit(int id, Backend backend, long began, Instant borrowed, boolean acknowledged) {

	}

	/**
	 * What is done while threads write.
	 */
	private interface Race {

		void run(FollowingApplication application, Queue<Commit> history) throws Exception;

	}

	/**
	 * What is done while the application runs.
	 */
	private interface Campaign {

		void run(FollowingApplication application, ExecutorService threads) throws Exception;

	}

}
