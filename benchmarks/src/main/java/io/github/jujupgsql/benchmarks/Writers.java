package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;

/**
 * Threads that write, until each has had a commit acknowledged by one server.
 */
final class Writers {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final List<CompletableFuture<Long>> commits;

	private Writers(List<CompletableFuture<Long>> commits) {
		this.commits = commits;
	}

	static void createTable(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().connection();
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE TABLE written (at timestamptz DEFAULT now())");
		}
		cluster.awaitReplayed();
	}

	/**
	 * Open the connection that others would have to open, and measure that.
	 * @return how long it took, in nanoseconds
	 */
	static long connect(PgsqlCluster cluster, PgsqlServer server) throws SQLException {
		String url = "jdbc:postgresql://" + server.address() + "/" + cluster.database();
		long start = System.nanoTime();
		try (Connection connection = DriverManager.getConnection(url, cluster.user(), cluster.password())) {
			return System.nanoTime() - start;
		}
	}

	static Writers start(int count, DataSource dataSource, PgsqlServer target) {
		return new Writers(
				Stream.generate(() -> async(() -> firstCommit(dataSource, target.port()))).limit(count).toList());
	}

	/**
	 * Run something in a thread of its own.
	 */
	static <T> CompletableFuture<T> async(Supplier<T> work) {
		return CompletableFuture.supplyAsync(work, (task) -> {
			Thread thread = new Thread(task, "writer");
			thread.setDaemon(true);
			thread.start();
		});
	}

	private static long firstCommit(DataSource dataSource, int port) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		SQLException last = new SQLException("It was another server's");
		while (System.nanoTime() - deadline < 0) {
			try (Connection connection = dataSource.getConnection();
					Statement statement = connection.createStatement();
					ResultSet result = statement
						.executeQuery("INSERT INTO written DEFAULT VALUES RETURNING inet_server_port()")) {
				long acknowledged = System.nanoTime();
				result.next();
				if (result.getInt(1) == port) {
					return acknowledged;
				}
			}
			catch (SQLException ex) {
				// it was cut off together with the old master, or had waited too long
				last = ex;
			}
		}
		throw new IllegalStateException("Never wrote to " + port, last);
	}

	/**
	 * Wait for all of them.
	 * @return when the last one's commit was acknowledged, as of
	 * {@link System#nanoTime()}
	 */
	long last() {
		return this.commits.stream().mapToLong(CompletableFuture::join).max().orElseThrow();
	}

}
