package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.datasource.ReadYourWrites;
import io.github.jujupgsql.test.PgsqlCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the starter asks a server is answered by PostgreSQL itself, although the
 * {@code search_path} of the relation's role leads to functions, operators and types of
 * the same names first, all of which fail.
 */
class HostileSearchPathTests extends AbstractClusterTests {

	private static final String[] FUNCTIONS = { "pg_is_in_recovery()", "pg_last_wal_replay_lsn()",
			"pg_last_wal_receive_lsn()", "pg_current_wal_lsn()", "pg_current_wal_insert_lsn()",
			"pg_last_xact_replay_timestamp()", "clock_timestamp()", "current_setting(text)", "pg_backend_pid()",
			"pg_my_temp_schema()", "pg_listening_channels()", "hashtextextended(text, bigint)", "chr(integer)",
			"pg_wal_lsn_diff(pg_catalog.pg_lsn, pg_catalog.pg_lsn)", "string_agg(text, text)", "concat_ws(text, text)",
			"count(text)", "pg_control_system()", "pg_postmaster_start_time()", "inet_server_addr()",
			"pg_stat_get_wal_senders()", "inet_server_port()", "host(inet)", "pg_walfile_name(pg_catalog.pg_lsn)",
			"extract(text, timestamptz)", "date_part(text, timestamptz)" };

	private static final String[][] OPERATORS = { { "=", "pg_catalog.pg_lsn" }, { "-", "pg_catalog.pg_lsn" },
			{ "-", "timestamptz" }, { "-", "numeric" }, { "%", "numeric" }, { "=", "numeric" }, { "*", "numeric" },
			{ "=", "text" }, { "||", "text" }, { "=", "integer" }, { "=", "oid" } };

	private static final String[] RELATIONS = { "pg_settings", "pg_locks", "pg_cursors", "pg_prepared_statements" };

	@BeforeAll
	static void setTraps(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			execute(connection, "CREATE SCHEMA hostile");
			execute(connection, "GRANT USAGE ON SCHEMA hostile TO public");
			for (String function : FUNCTIONS) {
				execute(connection, "CREATE FUNCTION hostile." + function + " RETURNS text LANGUAGE plpgsql AS"
						+ " $$ BEGIN RAISE 'hostile function'; END $$");
			}
			int number = 0;
			for (String[] operator : OPERATORS) {
				String function = "hostile.trap" + number++;
				String type = operator[1];
				execute(connection, "CREATE FUNCTION " + function + "(" + type + ", " + type
						+ ") RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile operator'; END $$");
				execute(connection, "CREATE OPERATOR hostile." + operator[0] + " (LEFTARG = " + type + ", RIGHTARG = "
						+ type + ", FUNCTION = " + function + ")");
			}
			for (String name : RELATIONS) {
				execute(connection, "CREATE TABLE hostile." + name + " ()");
			}
			execute(connection, "CREATE DOMAIN hostile.pg_lsn AS text CHECK (false)");
			execute(connection, "CREATE DOMAIN hostile.int8 AS text CHECK (false)");
			execute(connection,
					"ALTER ROLE " + cluster.user() + " SET search_path = hostile, pg_catalog, \"$user\", public");
			execute(connection, "CREATE TABLE public.written (i int)");
			execute(connection, "GRANT ALL ON public.written TO public");
		}
		cluster.awaitReplayed();
	}

	@Test
	void theRolesAndTheLagAreFoundOut() throws Exception {
		try (FollowingApplication application = followWithLag()) {
			application.awaitPrimary(cluster.master());
			application.awaitReplicas(cluster.standbys());
			await().untilAsserted(() -> assertThat(application.endpoint().replicas()).extracting(PoolDescriptor::lag)
				.doesNotContainNull());
		}
	}

	@Test
	void readsKnowTheirWritesAndAreServedByAStandby() throws Exception {
		try (FollowingApplication application = followWithLag()) {
			application.awaitReplicas(cluster.standbys());
			try (ReadYourWrites.Scope scope = ReadYourWrites.open()) {
				execute(application.primary(), "INSERT INTO written VALUES (1)");
				try (Connection connection = application.replica().getConnection()) {
					assertThat(ask(connection, "SELECT count(i) FROM written WHERE i OPERATOR(pg_catalog.=) 1"))
						.isEqualTo("1");
					assertThat(ask(connection, "SELECT pg_catalog.pg_is_in_recovery()")).isEqualTo("t");
				}
			}
		}
	}

	private static FollowingApplication followWithLag() {
		return follow("juju.pgsql.replica.maximum-lag=10s", "juju.pgsql.replica.read-your-writes=request",
				"juju.pgsql.replica.read-your-writes-timeout=10s");
	}

}
