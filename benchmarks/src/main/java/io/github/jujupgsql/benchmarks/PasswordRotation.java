package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;

/**
 * The password changes while eight threads write. Counted are the transactions from the
 * moment at which the file has the new password until the last connection with the old
 * one is gone and the new pool is full.
 */
final class PasswordRotation implements Scenario {

	private static final int THREADS = 8;

	private static final Duration BEFORE = Duration.ofMillis(200);

	@Override
	public List<Figure> run(int warmUps, int rounds) throws SQLException {
		Timings during = new Timings();
		Timings before = new Timings();
		try (PgsqlCluster cluster = PgsqlCluster.start(0)) {
			Writers.createTable(cluster);
			try (Application application = new Application(cluster); Load load = new Load(application.dataSource())) {
				for (int round = 0; round < warmUps + rounds; round++) {
					boolean counts = round >= warmUps;
					rotate(cluster, application, load, counts ? before : new Timings(),
							counts ? during : new Timings());
				}
			}
		}
		return List.of(new Figure("a transaction of 8 threads that write while the password changes", during,
				"the same before", before));
	}

	private static void rotate(PgsqlCluster cluster, Application application, Load load, Timings before,
			Timings during) {
		load.transactions.clear();
		long quiet = System.nanoTime();
		Await.pause(BEFORE);
		long quietUntil = System.nanoTime();
		cluster.rotatePassword();
		application.prepareRelation(cluster.master(), List.of());
		HikariDataSource old = application.primaryPool();
		long start = application.publishRelation();
		application.awaitSuccessorOf(old);
		long end = System.nanoTime();
		application.awaitRoles(cluster.master(), List.of());
		for (Transaction transaction : load.transactions) {
			if (transaction.overlaps(quiet, quietUntil)) {
				before.add(transaction.duration());
			}
			if (transaction.overlaps(start, end)) {
				during.add(transaction.duration());
			}
		}
	}

	/**
	 * What a borrower sees.
	 *
	 * @param start when it asked for a connection
	 * @param end when it had given it back
	 */
	private record Transaction(long start, long end) {

		boolean overlaps(long from, long to) {
			return this.start - to < 0 && this.end - from > 0;
		}

		long duration() {
			return this.end - this.start;
		}

	}

	/**
	 * Threads that write until this is closed, and must not fail.
	 */
	private static final class Load implements AutoCloseable {

		final Queue<Transaction> transactions = new ConcurrentLinkedQueue<>();

		private final DataSource dataSource;

		private final AtomicBoolean over = new AtomicBoolean();

		private final List<CompletableFuture<Boolean>> threads;

		Load(DataSource dataSource) {
			this.dataSource = dataSource;
			this.threads = Stream.generate(() -> Writers.async(this::write)).limit(THREADS).toList();
		}

		private boolean write() {
			while (!this.over.get()) {
				long start = System.nanoTime();
				try (Connection connection = this.dataSource.getConnection()) {
					connection.setAutoCommit(false);
					try (Statement statement = connection.createStatement()) {
						statement.execute("INSERT INTO written DEFAULT VALUES");
					}
					connection.commit();
				}
				catch (SQLException ex) {
					throw new IllegalStateException("A transaction failed that a new password should not touch", ex);
				}
				this.transactions.add(new Transaction(start, System.nanoTime()));
			}
			return true;
		}

		@Override
		public void close() {
			this.over.set(true);
			this.threads.forEach(CompletableFuture::join);
		}

	}

}
