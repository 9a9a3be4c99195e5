package io.github.jujupgsql.campaign;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.campaign.Operation.Kind;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Threads that write and read back through both DataSources until told to stop, and keep
 * record of all they did. A write counts as acknowledged when its commit has returned.
 * Nothing is retried.
 */
final class Load implements AutoCloseable {

	static final int THREADS = 8;

	/** So that eight threads leave some of the machine to the servers. */
	private static final Duration PAUSE = Rounds.pause(Duration.ofMillis(3));

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final DataSource primary;

	private final DataSource replica;

	private final AtomicInteger lastId = new AtomicInteger();

	/** Guarded by itself. */
	private final BitSet acknowledged = new BitSet();

	private final Queue<Operation> history = new ConcurrentLinkedQueue<>();

	private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final List<Worker> workers = new ArrayList<>();

	private Load(DataSource primary, DataSource replica) {
		this.primary = primary;
		this.replica = replica;
	}

	/**
	 * Creates an empty table for the threads to write to, on every server of a cluster.
	 * @param cluster the cluster
	 */
	static void createTable(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().connection();
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE TABLE IF NOT EXISTS notes (id int PRIMARY KEY)");
			statement.execute("TRUNCATE notes");
		}
		cluster.awaitReplayed();
	}

	/**
	 * Starts the threads. There must be a table already.
	 * @param application whose DataSources to use
	 * @return the load, to be closed
	 */
	static Load on(FollowingApplication application) {
		Load load = new Load(application.primary(), application.replica());
		for (int i = 0; i < THREADS; i++) {
			load.workers.add(load.new Worker("load-" + i));
		}
		load.workers.forEach(Thread::start);
		load.awaitProgress();
		return load;
	}

	/**
	 * Waits until each thread has begun and finished all that it does, on connections
	 * borrowed from now on.
	 */
	void awaitProgress() {
		List<Long> before = this.workers.stream().map((worker) -> worker.cycles.get()).toList();
		await().atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(5))
			.failFast(() -> assertThat(this.faults).isEmpty())
			.untilAsserted(() -> {
				for (int i = 0; i < THREADS; i++) {
					assertThat(this.workers.get(i).cycles.get()).as("cycles of %s", this.workers.get(i))
						.isGreaterThanOrEqualTo(before.get(i) + 2);
				}
			});
	}

	/**
	 * How many operations on a replica are in the history that has yet to be taken.
	 */
	long reads() {
		return this.history.stream().filter((operation) -> operation.kind() == Kind.READ_OF_REPLICA).count();
	}

	/**
	 * What was done since this was last called.
	 * @return the operations, in the order in which they ended
	 */
	List<Operation> takeHistory() {
		List<Operation> taken = new ArrayList<>();
		for (Operation next = this.history.poll(); next != null; next = this.history.poll()) {
			taken.add(next);
		}
		return taken;
	}

	/**
	 * Nothing failed since the history was last taken.
	 */
	void assertNothingFailed() {
		long now = System.nanoTime();
		assertThat(takeHistory()).filteredOn(Operation::failed)
			.extracting((operation) -> operation.relativeTo(now))
			.as("failed, times relative to now")
			.isEmpty();
	}

	/**
	 * Every write that is acknowledged by now is on a server.
	 * @param server the server
	 */
	void assertNothingLost(PgsqlServer server) throws SQLException {
		BitSet missing;
		synchronized (this.acknowledged) {
			missing = (BitSet) this.acknowledged.clone();
		}
		assertThat(missing.cardinality()).isPositive();
		missing.andNot(idsOn(server));
		assertThat(missing.stream()).as("acknowledged, and not on %s", server).isEmpty();
	}

	private static BitSet idsOn(PgsqlServer server) throws SQLException {
		BitSet ids = new BitSet();
		try (Connection connection = server.connection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.setFetchSize(10_000);
			try (ResultSet result = statement.executeQuery("SELECT id FROM notes")) {
				while (result.next()) {
					ids.set(result.getInt(1));
				}
			}
		}
		return ids;
	}

	/**
	 * Lets each thread finish what it is at.
	 */
	@Override
	public void close() throws InterruptedException {
		this.stopped.countDown();
		for (Worker worker : this.workers) {
			worker.join(PATIENCE.toMillis());
			assertThat(worker.isAlive()).as("%s goes on", worker).isFalse();
		}
		assertThat(this.faults).isEmpty();
	}

	/**
	 * Something to do with a connection.
	 */
	private interface Work {

		void on(Connection connection) throws SQLException;

	}

	private final class Worker extends Thread {

		private final AtomicLong cycles = new AtomicLong();

		Worker(String name) {
			super(name);
			setDaemon(true);
		}

		@Override
		public void run() {
			try {
				do {
					cycle();
					this.cycles.incrementAndGet();
				}
				while (!Load.this.stopped.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS));
			}
			catch (InterruptedException | RuntimeException | Error ex) {
				Load.this.faults.add(ex);
			}
		}

		private void cycle() {
			int id = Load.this.lastId.incrementAndGet();
			boolean inTransaction = this.cycles.get() % 2 == 0;
			Operation write = record(Kind.WRITE, Load.this.primary,
					(connection) -> write(connection, id, inTransaction));
			record(Kind.READ_OF_PRIMARY, Load.this.primary, (connection) -> {
				boolean found = isThere(connection, id);
				if (!found && isAcknowledged(id)) {
					throw new AssertionError(
							id + " is acknowledged by " + write.backend() + ", and not on " + Backend.of(connection));
				}
			});
			record(Kind.READ_OF_REPLICA, Load.this.replica, (connection) -> isThere(connection, id));
		}

		private void write(Connection connection, int id, boolean inTransaction) throws SQLException {
			if (inTransaction) {
				connection.setAutoCommit(false);
			}
			try (PreparedStatement insert = connection.prepareStatement("INSERT INTO notes VALUES (?)")) {
				insert.setInt(1, id);
				insert.executeUpdate();
			}
			if (inTransaction) {
				connection.commit();
			}
			synchronized (Load.this.acknowledged) {
				Load.this.acknowledged.set(id);
			}
		}

		private boolean isAcknowledged(int id) {
			synchronized (Load.this.acknowledged) {
				return Load.this.acknowledged.get(id);
			}
		}

		private boolean isThere(Connection connection, int id) throws SQLException {
			try (PreparedStatement query = connection.prepareStatement("SELECT FROM notes WHERE id = ?")) {
				query.setInt(1, id);
				try (ResultSet result = query.executeQuery()) {
					return result.next();
				}
			}
		}

		private Operation record(Kind kind, DataSource dataSource, Work work) {
			long began = System.nanoTime();
			long borrowed = 0;
			@Nullable Backend backend = null;
			@Nullable SQLException failure = null;
			try (Connection connection = dataSource.getConnection()) {
				borrowed = System.nanoTime();
				backend = Backend.of(connection);
				work.on(connection);
			}
			catch (SQLException ex) {
				failure = ex;
			}
			Operation operation = new Operation(kind, began, borrowed, System.nanoTime(), backend, failure);
			Load.this.history.add(operation);
			return operation;
		}

	}

}
