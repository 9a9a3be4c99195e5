package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What borrowing and returning a connection costs, against HikariCP alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = Benchmarks.AS_IN_AN_EXECUTABLE_JAR)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class BorrowBenchmark {

	private PgsqlCluster cluster;

	private HikariDataSource hikari;

	private DataSources dataSources;

	@Setup
	public void start() throws SQLException {
		this.cluster = PgsqlCluster.start(2);
		this.hikari = Benchmarks.hikariAlone(this.cluster);
		this.dataSources = new DataSources(this.cluster, false);
	}

	@TearDown
	public void stop() {
		this.dataSources.close();
		this.hikari.close();
		this.cluster.close();
	}

	/**
	 * The peer.
	 * @return what was borrowed
	 * @throws SQLException if it cannot be borrowed
	 */
	@Benchmark
	public Connection hikariAlone() throws SQLException {
		return borrowAndReturn(this.hikari);
	}

	@Benchmark
	public Connection primary() throws SQLException {
		return borrowAndReturn(this.dataSources.primary());
	}

	@Benchmark
	public Connection replica() throws SQLException {
		return borrowAndReturn(this.dataSources.replica());
	}

	private static Connection borrowAndReturn(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			return connection;
		}
	}

}
