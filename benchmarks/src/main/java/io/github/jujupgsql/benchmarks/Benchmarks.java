package io.github.jujupgsql.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;

/**
 * What benchmarks have in common that compare with HikariCP alone.
 */
final class Benchmarks {

	/**
	 * How HikariCP lists what threads have returned where it is not on the JVM's own
	 * class path, and always in the pools that are measured here.
	 */
	static final String AS_IN_AN_EXECUTABLE_JAR = "-Dcom.zaxxer.hikari.useWeakReferences=true";

	private Benchmarks() {
	}

	/**
	 * Open the peer: a pool as HikariCP makes it, to the master.
	 * @param cluster whose master
	 * @return the pool, to be closed
	 */
	static HikariDataSource hikariAlone(PgsqlCluster cluster) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://" + cluster.master().address() + "/" + cluster.database());
		config.setUsername(cluster.user());
		config.setPassword(cluster.password());
		return new HikariDataSource(config);
	}

}
