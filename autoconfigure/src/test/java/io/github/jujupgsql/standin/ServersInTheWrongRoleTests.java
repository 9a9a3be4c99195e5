package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.jujupgsql.standin.StandInServer.Statement;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for replicas whose connections turn out to lead to a server that is not in
 * recovery.
 */
class ServersInTheWrongRoleTests {

	private static final int READS = 200;

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().replicaSize(4, 0).start();

	@Test
	void whenAStandbyThatIsReadSteadilyIsPromotedThenEachConnectionServesOnlyTheReadThatTellsOfIt()
			throws SQLException {
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		for (int i = 0; i < READS; i++) {
			ask(this.application.replica(), "SELECT 1");
		}
		this.standby.promote();
		for (int i = 0; i < READS; i++) {
			ask(this.application.replica(), "SELECT 2");
		}
		assertThat(this.standby.statements()).filteredOn((statement) -> statement.sql().equals("SELECT 2"))
			.extracting(Statement::session)
			.doesNotHaveDuplicates();
	}

	@Test
	void whenAPoolerTellsTheDriverOfAnotherServerThenTheServerItselfIsBelieved() throws SQLException {
		this.standby.tellNotInRecovery();
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		for (int i = 0; i < READS; i++) {
			ask(this.application.replica(), "SELECT 1");
		}
		assertThat(this.standby.statements()).filteredOn((statement) -> statement.sql().equals("SELECT 1"))
			.hasSize(READS);
	}

	@Test
	void whenNewConnectionsLeadToAServerInTheWrongRoleThenNoneIsAskedAgainAndAgain() throws Exception {
		this.standby.beSeveralServers();
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		try (Connection reading = this.application.replica().getConnection()) {
			int right = Integer.parseInt(ask(reading, "SELECT pg_backend_pid()"));
			this.standby.promote();
			assertThat(async(() -> ask(this.application.replica(), "SELECT 1")).get(20, TimeUnit.SECONDS))
				.isEqualTo("1");
			await().until(() -> questions(right).size() >= 8);
			// by the borrower, and by who finds out for all
			assertThat(questions(right).stream().collect(Collectors.groupingBy(Statement::session)).values())
				.allSatisfy((questions) -> assertThat(questions).hasSizeLessThanOrEqualTo(2));
		}
	}

	private List<Statement> questions(int except) {
		return this.standby.statements()
			.stream()
			.filter((statement) -> StandInServer.isRoleQuestion(statement.sql()) && statement.session() != except)
			.toList();
	}

	@Test
	void whenTheNameOfAStandbyLeadsToOneThatIsInRecoveryAgainThenThatServes() {
		this.standby.promote();
		this.standby.beSeveralServers();
		this.application.relate(this.master, this.standby);
		await().until(() -> !this.application.roles().excluded().isEmpty());
		await().until(() -> this.application.roles().excluded().iterator().next().reason().equals("not in recovery"));
		this.standby.demote();
		this.application.awaitReplicas(this.standby);
	}

}
