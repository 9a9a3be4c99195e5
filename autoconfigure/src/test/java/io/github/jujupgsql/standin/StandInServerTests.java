package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for stand-in servers, with the driver and the pools of an application.
 */
class StandInServerTests {

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().start();

	@Test
	void anApplicationWritesAndReads() throws SQLException {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		for (int i = 0; i < 20; i++) {
			try (Connection connection = this.application.primary().getConnection()) {
				connection.setAutoCommit(false);
				execute(connection, "INSERT INTO notes VALUES (1)");
				connection.commit();
			}
			assertThat(ask(this.application.replica(), "SELECT 1")).isEqualTo("1");
		}
		assertThat(this.master.statements()).filteredOn((statement) -> statement.sql().startsWith("INSERT"))
			.hasSize(20);
	}

	@Test
	void aStandbyRefusesWritesUntilItIsPromoted() throws SQLException {
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		try (Connection connection = this.application.replica().getConnection()) {
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> execute(connection, "INSERT INTO notes VALUES (1)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
		}
		this.standby.promote();
		this.application.relate(this.standby);
		this.application.awaitPrimary(this.standby);
		try (Connection connection = this.application.primary().getConnection()) {
			execute(connection, "INSERT INTO notes VALUES (1)");
		}
	}

}
