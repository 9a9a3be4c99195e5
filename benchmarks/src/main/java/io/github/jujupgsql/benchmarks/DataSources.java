package io.github.jujupgsql.benchmarks;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.datasource.LoadBalancing;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.pool.PoolSettings;
import io.github.jujupgsql.pool.PrimarySettings;
import io.github.jujupgsql.pool.PoolSize;
import io.github.jujupgsql.pool.ServerPoolFactory;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.test.PgsqlCluster;

/**
 * The two DataSources of a cluster, without an application around them.
 */
final class DataSources implements AutoCloseable {

	private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration READ_YOUR_WRITES_TIMEOUT = Duration.ofSeconds(1);

	private static final PoolSize SIZE = new PoolSize(10, 10);

	private final ServerPools pools = new ServerPools(new ServerPoolFactory(HikariConfig::new, "benchmark"),
			new PoolSettings(SIZE, SIZE, CONNECTION_TIMEOUT, Duration.ofSeconds(1), true, null,
					new PrimarySettings(Duration.ofSeconds(1), Duration.ofSeconds(30), true, false)));

	private final DataSource primary;

	private final DataSource replica;

	DataSources(PgsqlCluster cluster, boolean readYourWrites) throws SQLException {
		ConnectionString master = ConnectionString.parse(cluster.master().connectionString());
		List<ConnectionString> standbys = cluster.standbys()
			.stream()
			.map((server) -> ConnectionString.parse(server.connectionString()))
			.toList();
		this.pools.accept(new PgsqlRelation(cluster.database(), List.of(), List.of(), null, master, standbys));
		this.primary = new PrimaryDataSource(this.pools.getRoles(), CONNECTION_TIMEOUT, readYourWrites);
		this.replica = new ReplicaDataSource(this.pools.getRoles(), CONNECTION_TIMEOUT, LoadBalancing.LEAST_BUSY, true,
				readYourWrites ? READ_YOUR_WRITES_TIMEOUT : null);
		this.primary.getConnection().close();
		Await.until("the standbys serve reads",
				() -> this.pools.getRoles().current().replicas().size() == standbys.size());
	}

	DataSource primary() {
		return this.primary;
	}

	DataSource replica() {
		return this.replica;
	}

	@Override
	public void close() {
		this.pools.close();
	}

}
