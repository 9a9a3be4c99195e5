package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.datasource.ReadYourWrites;
import io.github.jujupgsql.datasource.ReadYourWritesFilter;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Reads in a scope know what was committed in it before, although the standbys replay
 * every commit late. The system property {@code juju.pgsql.test.rounds} says how many
 * pairs of a write and a read each of eight threads makes, 50 unless told.
 */
@PgsqlClusterTest(standbys = 2, settings = "recovery_min_apply_delay=15ms")
class ReadYourWritesTests extends AbstractCampaignTests {

	private static final int PAIRS = 50;

	private static final int THREADS = 8;

	private static final int PAGE_HEADER = 24;

	private final AtomicInteger lastId = new AtomicInteger();

	@AfterEach
	void resumeReplay() throws SQLException {
		for (PgsqlServer standby : cluster.standbys()) {
			standby.resumeReplay();
		}
	}

	@Test
	void noReadIsOlderThanItsOwnWrite() throws Exception {
		Counts counts = writeAndRead("juju.pgsql.replica.read-your-writes=request",
				"juju.pgsql.replica.read-your-writes-timeout=10s");
		assertThat(counts.stale()).isZero();
		assertThat(counts.onStandbys()).as("served by a standby").isEqualTo(counts.all());
	}

	@Test
	void withoutTheOptionSomeReadsAre() throws Exception {
		Counts counts = writeAndRead();
		assertThat(counts.stale()).isPositive();
	}

	private Counts writeAndRead(String... properties) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try (FollowingApplication application = followUnderLoad(properties)) {
			List<Future<Counts>> results = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				results.add(threads.submit(() -> pairs(application)));
			}
			Counts sum = new Counts(0, 0, 0);
			for (Future<Counts> result : results) {
				sum = sum.plus(result.get(10, TimeUnit.MINUTES));
			}
			return sum;
		}
		finally {
			threads.shutdownNow();
		}
	}

	private Counts pairs(FollowingApplication application) throws Exception {
		int[] counts = new int[3];
		Rounds.run(PAIRS, (number) -> {
			int id = this.lastId.incrementAndGet();
			try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
				write(application, id, number % 2 == 0);
				try (Connection connection = application.replica().getConnection()) {
					counts[0]++;
					counts[1] += isThere(connection, id) ? 0 : 1;
					counts[2] += Backend.of(connection).isOn(cluster.master()) ? 0 : 1;
				}
			}
		});
		return new Counts(counts[0], counts[1], counts[2]);
	}

	@Test
	void whenNoReplicaReplaysInTimeThenThePrimaryServesTheReadButNoWrite() throws Exception {
		try (FollowingApplication application = following("50ms"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			pauseReplay();
			assertThat(isServedByMaster(application)).isFalse();
			write(application, 1, true);
			try (Connection connection = application.replica().getConnection()) {
				assertThat(Backend.of(connection).isOn(cluster.master())).isTrue();
				assertThat(isThere(connection, 1)).isTrue();
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insert(connection, 2))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
			}
			cluster.standbys().get(1).resumeReplay();
			cluster.standbys().get(0).resumeReplay();
			cluster.awaitReplayed();
			assertThat(isServedByMaster(application)).isFalse();
		}
	}

	@Test
	void aReadMovesOnToTheReplicaThatHasReplayed() throws Exception {
		try (FollowingApplication application = following("50ms"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			cluster.standbys().get(0).pauseReplay();
			for (int id = 1; id <= 20; id++) {
				write(application, id, true);
				awaitReplayed(cluster.standbys().get(1));
				assertThat(isServedByMaster(application)).isFalse();
			}
		}
	}

	@Test
	void whatHasNotBeenCommittedKeepsNobodyFromTheReplicas() throws Exception {
		try (FollowingApplication application = following("50ms"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			pauseReplay();
			try (Connection connection = application.primary().getConnection()) {
				connection.setAutoCommit(false);
				insert(connection, 1);
				connection.rollback();
				connection.setAutoCommit(true);
			}
			assertThat(isServedByMaster(application)).as("after a rollback").isFalse();
			try (Connection connection = application.primary().getConnection()) {
				connection.setReadOnly(true);
				connection.setAutoCommit(false);
				assertThat(isThere(connection, 1)).isFalse();
				connection.commit();
			}
			assertThat(isServedByMaster(application)).as("after a read-only transaction").isFalse();
			try (Connection connection = application.primary().getConnection()) {
				insert(connection, 1);
				assertThat(isServedByMaster(application)).as("while it is not known where").isTrue();
			}
			assertThat(isServedByMaster(application)).isTrue();
		}
	}

	@Test
	void whatEndsATransactionByTheWayCountsAsCommitted() throws Exception {
		try (FollowingApplication application = following("50ms")) {
			pauseReplay();
			try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
				try (Connection connection = application.primary().getConnection()) {
					connection.setAutoCommit(false);
					insert(connection, 1);
					connection.setAutoCommit(true);
				}
				assertThat(isServedByMaster(application)).isTrue();
			}
			try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
				try (Connection connection = application.primary().getConnection();
						Statement statement = connection.createStatement()) {
					statement.execute("BEGIN");
					statement.execute("INSERT INTO notes VALUES (2)");
					statement.execute("COMMIT");
				}
				assertThat(isServedByMaster(application)).isTrue();
			}
		}
	}

	@Test
	void whenItIsNotKnownWhereACommitIsThenReadsGoToThePrimary() throws Exception {
		try (FollowingApplication application = following("50ms"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			try (Connection connection = application.primary().getConnection()) {
				insert(connection, 1);
				terminate(cluster.master(), Backend.of(connection));
			}
			cluster.awaitReplayed();
			assertThat(isServedByMaster(application)).isTrue();
		}
	}

	@Test
	void deadConnectionsToTheReplicasCostTheReaderNothing() throws Exception {
		try (FollowingApplication application = following("10s"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			for (int id = 1; id <= 5; id++) {
				write(application, id, true);
				for (PgsqlServer standby : cluster.standbys()) {
					for (Backend backend : Backend.of(standby)) {
						terminate(standby, backend);
					}
				}
				try (Connection connection = application.replica().getConnection()) {
					assertThat(isThere(connection, id)).isTrue();
				}
			}
		}
	}

	@Test
	void otherScopesAreNotConcernedAndOtherThreadsMayTakePart() throws Exception {
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try (FollowingApplication application = following("50ms"); ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			pauseReplay();
			write(application, 1, true);
			assertThat(thread.submit(() -> isServedByMaster(application)).get()).isFalse();
			Callable<Boolean> takingPart = () -> {
				try (ReadYourWrites.Scope joined = scope.join()) {
					return isServedByMaster(application);
				}
			};
			assertThat(thread.submit(takingPart).get()).isTrue();
			assertThat(thread.submit(() -> isServedByMaster(application)).get()).isFalse();
			try (ReadYourWrites.Scope inner = ReadYourWrites.open()) {
				assertThat(isServedByMaster(application)).as("in a scope within").isTrue();
			}
			assertThat(isServedByMaster(application)).as("after a scope within").isTrue();
		}
		finally {
			thread.shutdownNow();
		}
	}

	@Test
	void eachRequestIsAScopeFromItsFirstThreadToItsLast() throws Exception {
		ReadYourWritesFilter filter = new ReadYourWritesFilter();
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try (FollowingApplication application = following("50ms")) {
			pauseReplay();
			List<Boolean> served = new ArrayList<>();
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.setAsyncSupported(true);
			filter.doFilter(request, new MockHttpServletResponse(), (req, res) -> {
				writeUnchecked(application, 1);
				served.add(isServedByMasterUnchecked(application));
			});
			thread.submit(() -> {
				filter.doFilter(request, new MockHttpServletResponse(),
						(req, res) -> served.add(isServedByMasterUnchecked(application)));
				return null;
			}).get();
			filter.doFilter(new MockHttpServletRequest(), new MockHttpServletResponse(),
					(req, res) -> served.add(isServedByMasterUnchecked(application)));
			assertThat(served).containsExactly(true, true, false);
		}
		finally {
			thread.shutdownNow();
		}
	}

	/**
	 * The next record would be behind the header of the next page, and nobody replays up
	 * to there while there is none.
	 */
	@Test
	void aCommitThatFillsAPageIsNotWaitedForInVain() throws Exception {
		try (FollowingApplication application = following("10s");
				Connection observer = cluster.master().superuserConnection()) {
			boolean filled = false;
			for (int i = 0; i < 20_000 && !filled; i++) {
				try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
					try (Connection connection = application.primary().getConnection();
							Statement statement = connection.createStatement()) {
						statement.execute("SELECT pg_logical_emit_message(true, '', repeat('x', " + i % 64 * 8 + "))");
					}
					filled = query(observer,
							"SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn) % 8192") == PAGE_HEADER;
					if (filled) {
						assertThat(isServedByMaster(application)).isFalse();
					}
				}
			}
			assertThat(filled).as("a commit at the end of a page").isTrue();
		}
	}

	private static FollowingApplication following(String timeout) {
		return followUnderLoad("juju.pgsql.replica.read-your-writes=request",
				"juju.pgsql.replica.read-your-writes-timeout=" + timeout);
	}

	private static void pauseReplay() throws SQLException {
		for (PgsqlServer standby : cluster.standbys()) {
			standby.pauseReplay();
		}
	}

	private static void awaitReplayed(PgsqlServer standby) throws SQLException {
		long written;
		try (Connection connection = cluster.master().superuserConnection()) {
			written = query(connection, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn");
		}
		try (Connection connection = standby.superuserConnection()) {
			await().until(() -> query(connection, "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn") >= written);
		}
	}

	private static void terminate(PgsqlServer server, Backend backend) throws SQLException {
		try (Connection connection = server.superuserConnection(); Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_terminate_backend(" + backend.pid() + ", 10000)");
		}
	}

	private static boolean isServedByMaster(FollowingApplication application) throws SQLException {
		try (Connection connection = application.replica().getConnection()) {
			return Backend.of(connection).isOn(cluster.master());
		}
	}

	private static boolean isServedByMasterUnchecked(FollowingApplication application) {
		try {
			return isServedByMaster(application);
		}
		catch (SQLException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void writeUnchecked(FollowingApplication application, int id) {
		try {
			write(application, id, true);
		}
		catch (SQLException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void write(FollowingApplication application, int id, boolean inTransaction) throws SQLException {
		try (Connection connection = application.primary().getConnection()) {
			connection.setAutoCommit(!inTransaction);
			insert(connection, id);
			if (inTransaction) {
				connection.commit();
			}
		}
	}

	private static void insert(Connection connection, int id) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement("INSERT INTO notes VALUES (?)")) {
			insert.setInt(1, id);
			insert.executeUpdate();
		}
	}

	private static boolean isThere(Connection connection, int id) throws SQLException {
		return query(connection, "SELECT count(*) FROM notes WHERE id = " + id) > 0;
	}

	private static long query(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
			assertThat(result.next()).isTrue();
			return result.getLong(1);
		}
	}

	private record Counts(int all, int stale, int onStandbys) {

		Counts plus(Counts other) {
			return new Counts(this.all + other.all, this.stale + other.stale, this.onStandbys + other.onStandbys);
		}

	}

}
