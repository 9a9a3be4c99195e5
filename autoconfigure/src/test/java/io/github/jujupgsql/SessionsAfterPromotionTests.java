package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.ask;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.execute;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.replica;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers have left in the sessions of a standby when it becomes the primary. As
 * with Charmed PostgreSQL 16, every session begins in another role than the one that has
 * logged in.
 */
class SessionsAfterPromotionTests {

	private static final String[] LEFT_BEHIND = { "SET search_path = elsewhere", "SET statement_timeout = '1h'",
			"SET ROLE NONE", "SELECT pg_advisory_lock(1)", "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT",
			"PREPARE p AS SELECT 1", "SET TimeZone = 'Asia/Tokyo'" };

	private static final String[] HARMLESS = { "SELECT 1", "SET lock_timeout = '1h'; RESET lock_timeout",
			"SET default_transaction_isolation = 'serializable'; SET default_transaction_isolation = 'read committed'",
			"SELECT pg_advisory_lock(2); SELECT pg_advisory_unlock(2)" };

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(1);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeAll
	static void changeTheRoleAtLogin() throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "CREATE ROLE owner");
			execute(connection, "GRANT owner TO " + cluster.user());
			execute(connection, "ALTER ROLE " + cluster.user() + " SET role = owner");
		}
		cluster.awaitReplayed();
	}

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@AfterEach
	void makeTheClusterWhole() throws SQLException {
		for (PgsqlServer server : cluster.formerMasters()) {
			cluster.rejoin(server);
		}
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "GRANT EXECUTE ON FUNCTION pg_lock_status() TO public");
		}
		cluster.awaitReplayed();
	}

	@Test
	void whatReadersHaveLeftBehindIsNotLentToWritersButAllElseIs() {
		follow((context) -> {
			Map<String, String> left = read(context, LEFT_BEHIND, HARMLESS);
			promote(context);
			Set<String> written = backendsOfWriters(context, left.size());
			for (String sql : LEFT_BEHIND) {
				assertThat(written).as(sql).doesNotContain(left.get(sql));
			}
			for (String sql : HARMLESS) {
				assertThat(written).as(sql).contains(left.get(sql));
			}
		});
	}

	@Test
	void whenTheServerDoesNotTellTheStateOfSessionsThenNoneThatAReaderHasUsedIsLentToWriters() throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "REVOKE EXECUTE ON FUNCTION pg_lock_status() FROM public");
		}
		cluster.awaitReplayed();
		follow((context) -> {
			Map<String, String> left = read(context, HARMLESS);
			promote(context);
			assertThat(backendsOfWriters(context, left.size())).doesNotContainAnyElementsOf(left.values());
		});
	}

	private static Map<String, String> read(AssertableApplicationContext context, String[]... statements)
			throws SQLException {
		awaitReplicas(context, addresses(cluster.standbys()));
		Map<String, String> backends = new HashMap<>();
		List<Connection> connections = new ArrayList<>();
		for (String[] some : statements) {
			for (String sql : some) {
				Connection connection = replica(context).getConnection();
				connections.add(connection);
				backends.put(sql, ask(connection, "SELECT pg_backend_pid()"));
				execute(connection, sql);
			}
		}
		for (Connection connection : connections) {
			connection.close();
		}
		return backends;
	}

	private void promote(AssertableApplicationContext context) {
		PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
		this.relation.write();
		awaitPrimary(context, promoted);
	}

	private static Set<String> backendsOfWriters(AssertableApplicationContext context, int writers)
			throws SQLException {
		Set<String> backends = new TreeSet<>();
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < writers; i++) {
			Connection connection = primary(context).getConnection();
			connections.add(connection);
			backends.add(ask(connection, "SELECT pg_backend_pid()"));
		}
		for (Connection connection : connections) {
			connection.close();
		}
		return backends;
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		FollowingApplication.runner()
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path(),
					"spring.datasource.hikari.maximum-pool-size=16")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				consumer.accept(context);
			});
	}

}
