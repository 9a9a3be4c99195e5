package io.github.jujupgsql.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application as Spring Boot starts it, and the relation file that it follows.
 */
final class Application implements AutoCloseable {

	private final Path file;

	private final RelationFile next;

	private final ConfigurableApplicationContext context;

	private final DataSource dataSource;

	private final ServerPools pools;

	Application(PgsqlCluster cluster, String... properties) {
		RelationFile relation = RelationFile.of(cluster);
		relation.write();
		this.file = relation.path();
		this.next = RelationFile.at(this.file.resolveSibling("next"), cluster);
		this.context = new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.NONE)
			.properties(properties)
			.properties("juju.pgsql.relation-file=" + this.file, "spring.main.banner-mode=off",
					"spring.main.log-startup-info=false")
			.run();
		this.dataSource = this.context.getBean("dataSource", DataSource.class);
		this.pools = this.context.getBean(ServerPools.class);
		awaitRoles(cluster.master(), cluster.standbys());
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * Write beside the relation file what it will say, which no part of what is measured
	 * should include.
	 * @param master whom it will call master
	 * @param standbys whom it will call standbys
	 */
	void prepareRelation(PgsqlServer master, List<PgsqlServer> standbys) {
		this.next.write(master, standbys);
	}

	/**
	 * Move what was prepared into place.
	 * @return when, as of {@link System#nanoTime()}
	 */
	long publishRelation() {
		try {
			long start = System.nanoTime();
			Files.move(this.next.path(), this.file, StandardCopyOption.ATOMIC_MOVE);
			return start;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait until servers have their roles, the replicas have a connection open, and
	 * nothing else is left.
	 * @param master the primary
	 * @param standbys the replicas
	 */
	void awaitRoles(PgsqlServer master, List<PgsqlServer> standbys) {
		List<String> replicas = standbys.stream().map(PgsqlServer::address).toList();
		Await.until(master + " is the primary and " + standbys + " are the replicas", () -> {
			RoleTable roles = this.pools.getRoles().current();
			return roles.primary() != null && roles.primary().getServer().equals(master.address())
					&& roles.replicas().stream().map(ServerPool::getServer).toList().equals(replicas)
					&& this.pools.getDraining().isEmpty()
					&& roles.replicas().stream().allMatch(Application::hasConnection);
		});
	}

	private static boolean hasConnection(ServerPool pool) {
		HikariDataSource open = pool.getDataSource();
		return open != null && open.getHikariPoolMXBean().getIdleConnections() > 0;
	}

	HikariDataSource primaryPool() {
		ServerPool primary = this.pools.getRoles().current().primary();
		HikariDataSource open = (primary != null) ? primary.getDataSource() : null;
		if (open == null) {
			throw new IllegalStateException("There is no primary");
		}
		return open;
	}

	/**
	 * Wait until the primary's pool is full: a pool that is filling competes for the
	 * processor. Only a fresh one fills by itself.
	 */
	void awaitFullPrimary() {
		Await.until("the primary's pool is full", () -> isFull(primaryPool()));
	}

	void awaitSuccessorOf(HikariDataSource old) {
		Await.until("all connections are of another pool", () -> {
			HikariDataSource now = primaryPool();
			return now != old && old.getHikariPoolMXBean().getTotalConnections() == 0 && isFull(now);
		});
	}

	private static boolean isFull(HikariDataSource pool) {
		return pool.getHikariPoolMXBean().getTotalConnections() >= pool.getMinimumIdle();
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableAutoConfiguration
	static class Configuration {

	}

}
