package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.test.PgsqlCluster;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many reads eight threads get done with more and more standbys. The standbys share
 * this machine's processors, so this shows what spreading costs rather than what it
 * brings.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.AS_IN_AN_EXECUTABLE_JAR)
@Threads(8)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init")
public class ReadsBenchmark {

	@Param({ "1", "2", "3" })
	private int standbys;

	private PgsqlCluster cluster;

	private DataSources dataSources;

	@Setup
	public void start() throws SQLException {
		this.cluster = PgsqlCluster.start(this.standbys);
		this.dataSources = new DataSources(this.cluster, false);
	}

	@TearDown
	public void stop() {
		this.dataSources.close();
		this.cluster.close();
	}

	@Benchmark
	public int read() throws SQLException {
		try (Connection connection = this.dataSources.replica().getConnection();
				PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM pg_class");
				ResultSet result = statement.executeQuery()) {
			result.next();
			return result.getInt(1);
		}
	}

}
