package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.relation.ConnectionString;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for relations in which master and standby have one address: a cluster of one unit
 * names its server for both, and a proxy leads to both.
 */
class OneServerForBothTests {

	@AutoClose
	private final StandInServer server = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().start();

	@Test
	void whileItIsInRecoveryItServesReadsAndWritersWait() throws SQLException {
		this.application.relate(this.server, this.server);
		this.application.awaitReplicas(this.server);
		assertThat(this.application.roles().primary()).isNull();
		read();
		this.server.promote();
		this.application.awaitPrimary(this.server);
		this.application.awaitReplicas();
		read();
	}

	@Test
	void whenItIsOutOfRecoveryThereIsOnePoolForBoth() throws SQLException {
		this.server.promote();
		this.application.relate(this.server, this.server);
		this.application.awaitPrimary(this.server);
		read();
		assertThat(this.application.roles().excluded()).isEmpty();
		assertThat(this.application.roles().replicas()).isEmpty();
	}

	@Test
	void anotherDatabaseAtTheSameAddressHasAPoolAndANameOfItsOwn() {
		ConnectionString writes = this.server.connectionString();
		this.application.relate(writes.with("dbname", "notes"), writes.with("dbname", "notes_readonly"));
		this.application.awaitRoles("the database for reads is a replica",
				(table) -> table.replicas()
					.stream()
					.map(ServerPool::getServer)
					.toList()
					.equals(List.of(this.server.address() + "/notes_readonly")));
		this.application.awaitRoles("the database for writes is in recovery",
				(table) -> table.noPrimaryReason().equals(this.server.address() + ": in recovery"));
	}

	private void read() throws SQLException {
		try (Connection connection = this.application.replica().getConnection()) {
			StandInApplication.execute(connection, "SELECT 1");
		}
	}

}
