package io.github.jujupgsql.test;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link PgBouncer}.
 */
@EnabledIf(value = "io.github.jujupgsql.test.PgBouncer#isInstalled", disabledReason = "pgbouncer is not installed")
class PgBouncerTests {

	@SuppressWarnings("NullAway.Init")
	private static PgsqlCluster cluster;

	@BeforeAll
	static void start() {
		cluster = PgsqlCluster.start(1);
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@Test
	void leadsToMasterAndStandbyUntilToldOtherwise() throws Exception {
		PgsqlServer master = cluster.master();
		PgsqlServer standby = cluster.standbys().get(0);
		try (PgBouncer pgbouncer = PgBouncer.start(cluster)) {
			assertThat(portBehind(pgbouncer.uri())).isEqualTo(master.port());
			assertThat(portBehind(pgbouncer.readOnlyUri())).isEqualTo(standby.port());
			pgbouncer.follow(standby, master);
			assertThat(portBehind(pgbouncer.uri())).isEqualTo(standby.port());
			assertThat(portBehind(pgbouncer.readOnlyUri())).isEqualTo(master.port());
			pgbouncer.follow();
			assertThat(portBehind(pgbouncer.uri())).isEqualTo(master.port());
			assertThat(portBehind(pgbouncer.readOnlyUri())).isEqualTo(standby.port());
		}
	}

	@Test
	void knowsTheNewPasswordByItself() throws Exception {
		try (PgBouncer pgbouncer = PgBouncer.start(cluster)) {
			cluster.rotatePassword();
			assertThat(portBehind(pgbouncer.uri())).isEqualTo(cluster.master().port());
		}
	}

	@Test
	void leavesNothingAndTellsNoPassword() throws Exception {
		PgBouncer pgbouncer = PgBouncer.start(cluster);
		portBehind(pgbouncer.uri());
		assertThat(pgbouncer.log()).content()
			.contains("login attempt")
			.doesNotContain(cluster.password(), cluster.home().superuserPassword());
		assertThat(pgbouncer.toString()).doesNotContain(cluster.password());
		pgbouncer.close();
		pgbouncer.close();
		assertThat(pgbouncer.log().getParent()).doesNotExist();
		try (var remaining = Files.list(cluster.home().folder())) {
			assertThat(remaining).noneMatch((path) -> path.getFileName().toString().startsWith("pgbouncer"));
		}
	}

	private static int portBehind(String uri) throws SQLException {
		String hostAndDatabase = uri.substring(uri.indexOf('@') + 1);
		try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + hostAndDatabase, cluster.user(),
				cluster.password())) {
			return Integer.parseInt(Sql.ask(connection, "SELECT inet_server_port()"));
		}
	}

}
