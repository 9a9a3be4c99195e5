package io.github.jujupgsql.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.datasource.LoadBalancing;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PoolSize;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
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
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class BorrowBenchmark {

	private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(30);

	private PgsqlCluster cluster;

	private HikariDataSource hikari;

	private ServerPools pools;

	private DataSource primary;

	private DataSource replica;

	@Setup
	public void start() throws SQLException {
		this.cluster = PgsqlCluster.start(2);
		ConnectionString master = ConnectionString.parse(this.cluster.master().connectionString());
		List<ConnectionString> standbys = this.cluster.standbys()
			.stream()
			.map((server) -> ConnectionString.parse(server.connectionString()))
			.toList();
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://" + this.cluster.master().address() + "/" + this.cluster.database());
		config.setUsername(this.cluster.user());
		config.setPassword(this.cluster.password());
		this.hikari = new HikariDataSource(config);
		PoolSize size = new PoolSize(10, 10);
		this.pools = new ServerPools(new ServerPoolFactory(HikariConfig::new, "benchmark"),
				new PoolSettings(size, size, CONNECTION_TIMEOUT, Duration.ofSeconds(1), true, null));
		this.pools.accept(new PgsqlRelation(this.cluster.database(), List.of(), List.of(), null, master, standbys));
		this.primary = new PrimaryDataSource(this.pools.getRoles(), CONNECTION_TIMEOUT, false);
		this.replica = new ReplicaDataSource(this.pools.getRoles(), CONNECTION_TIMEOUT, LoadBalancing.LEAST_BUSY, true,
				null);
		this.primary.getConnection().close();
	}

	@TearDown
	public void stop() {
		this.pools.close();
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
		return borrowAndReturn(this.primary);
	}

	@Benchmark
	public Connection replica() throws SQLException {
		return borrowAndReturn(this.replica);
	}

	private static Connection borrowAndReturn(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			return connection;
		}
	}

}
