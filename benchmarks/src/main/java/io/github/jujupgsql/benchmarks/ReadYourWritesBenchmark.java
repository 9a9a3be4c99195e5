package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.datasource.ReadYourWrites;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs that reads know what was written before. With the option on, a read that
 * follows a write includes the wait for a standby to replay it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.AS_IN_AN_EXECUTABLE_JAR)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init")
public class ReadYourWritesBenchmark {

	@Param({ "false", "true" })
	private boolean on;

	private PgsqlCluster cluster;

	private DataSources dataSources;

	@Setup
	public void start() throws SQLException {
		this.cluster = PgsqlCluster.start(2);
		Writers.createTable(this.cluster);
		this.dataSources = new DataSources(this.cluster, this.on);
	}

	@TearDown
	public void stop() {
		this.dataSources.close();
		this.cluster.close();
	}

	@Benchmark
	public int readInScope() throws SQLException {
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			return read();
		}
	}

	@Benchmark
	public void writeInScope() throws SQLException {
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			write();
		}
	}

	@Benchmark
	public int writeAndReadInScope() throws SQLException {
		try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
			write();
			return read();
		}
	}

	private void write() throws SQLException {
		try (Connection connection = this.dataSources.primary().getConnection()) {
			connection.setAutoCommit(false);
			try (Statement statement = connection.createStatement()) {
				statement.execute("INSERT INTO written DEFAULT VALUES");
			}
			connection.commit();
			connection.setAutoCommit(true);
		}
	}

	private int read() throws SQLException {
		try (Connection connection = this.dataSources.replica().getConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT 1")) {
			result.next();
			return result.getInt(1);
		}
	}

}
