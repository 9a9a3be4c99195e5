package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PgsqlCluster#changeUser}.
 */
@PgsqlClusterTest(standbys = 1)
class PgsqlClusterUserTests {

	@Test
	void theNewUserMayDoWhatTheFormerOneMayWhoCannotLogInAnyMore(PgsqlCluster cluster) throws SQLException {
		PgsqlServer master = cluster.master();
		String formerPassword = cluster.password();
		Sql.execute(master, "CREATE TABLE note (text text)");
		try (Connection session = master.connection()) {
			cluster.changeUser("relation_12");
			assertThat(Sql.ask(session, "SELECT current_user")).isEqualTo("juju_notes");
		}
		assertThat(cluster.user()).isEqualTo("relation_12");
		assertThat(master.uri()).contains("//relation_12:" + cluster.password() + "@");
		Sql.execute(master, "INSERT INTO note VALUES ('one')", "ALTER TABLE note ADD author text",
				"CREATE TABLE more ()", "CREATE SCHEMA another");
		cluster.awaitReplayed();
		assertThat(Sql.ask(cluster.standbys().get(0), "SELECT text FROM note")).isEqualTo("one");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> PgsqlClusterTests.connect(master, "juju_notes", formerPassword))
			.returns("28000", SQLException::getSQLState);
	}

}
