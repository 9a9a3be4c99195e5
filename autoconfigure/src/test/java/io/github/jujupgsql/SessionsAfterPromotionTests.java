package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What readers have left in the sessions of a standby when it becomes the primary. As
 * with Charmed PostgreSQL 16, every session begins in another role than the one that has
 * logged in.
 */
@PgsqlClusterTest
class SessionsAfterPromotionTests extends AbstractClusterTests {

	private static final String[] LEFT_BEHIND = { "SET search_path = elsewhere", "SET statement_timeout = '1h'",
			"SET ROLE NONE", "SELECT pg_advisory_lock(1)", "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT",
			"PREPARE p AS SELECT 1", "SET TimeZone = 'Asia/Tokyo'" };

	private static final String[] HARMLESS = { "SELECT 1", "SET lock_timeout = '1h'; RESET lock_timeout",
			"SET default_transaction_isolation = 'serializable'; SET default_transaction_isolation = 'read committed'",
			"SELECT pg_advisory_lock(2); SELECT pg_advisory_unlock(2)" };

	@BeforeAll
	static void changeTheRoleAtLogin(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "CREATE ROLE owner");
			execute(connection, "GRANT owner TO " + cluster.user());
			execute(connection, "ALTER ROLE " + cluster.user() + " SET role = owner");
		}
		cluster.awaitReplayed();
	}

	@AfterEach
	void tellTheStateOfSessions() throws SQLException {
		execute(cluster.master(), "GRANT EXECUTE ON FUNCTION pg_lock_status() TO public");
	}

	@Test
	void whatReadersHaveLeftBehindIsNotLentToWritersButAllElseIs() throws Exception {
		try (FollowingApplication application = follow("spring.datasource.hikari.maximum-pool-size=16")) {
			Map<String, String> left = read(application, LEFT_BEHIND, HARMLESS);
			promote(application);
			Set<String> written = backendsOfWriters(application, left.size());
			for (String sql : LEFT_BEHIND) {
				assertThat(written).as(sql).doesNotContain(left.get(sql));
			}
			for (String sql : HARMLESS) {
				assertThat(written).as(sql).contains(left.get(sql));
			}
		}
	}

	@Test
	void whenTheServerDoesNotTellTheStateOfSessionsThenNoneThatAReaderHasUsedIsLentToWriters() throws Exception {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "REVOKE EXECUTE ON FUNCTION pg_lock_status() FROM public");
		}
		cluster.awaitReplayed();
		try (FollowingApplication application = follow("spring.datasource.hikari.maximum-pool-size=16")) {
			Map<String, String> left = read(application, HARMLESS);
			promote(application);
			assertThat(backendsOfWriters(application, left.size())).doesNotContainAnyElementsOf(left.values());
		}
	}

	private static Map<String, String> read(FollowingApplication application, String[]... statements)
			throws SQLException {
		application.awaitReplicas(cluster.standbys());
		Map<String, String> backends = new HashMap<>();
		List<Connection> connections = new ArrayList<>();
		for (String[] some : statements) {
			for (String sql : some) {
				Connection connection = application.replica().getConnection();
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

	private void promote(FollowingApplication application) {
		PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
		relation.write();
		application.awaitPrimary(promoted);
	}

	private static Set<String> backendsOfWriters(FollowingApplication application, int writers) throws SQLException {
		Set<String> backends = new TreeSet<>();
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < writers; i++) {
			Connection connection = application.primary().getConnection();
			connections.add(connection);
			backends.add(ask(connection, "SELECT pg_backend_pid()"));
		}
		for (Connection connection : connections) {
			connection.close();
		}
		return backends;
	}

}
