package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Borrower} where there is a server, or will be.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BorrowerTests {

	private static final Duration LONGER_THAN_ANY_TEST = Duration.ofHours(1);

	private static final String SESSION = "SELECT pg_backend_pid()";

	@AutoClose
	private final StandInServer one = StandInServer.master();

	@AutoClose
	private final StandInServer two = StandInServer.standby();

	@AutoClose
	private final StandInServer three = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 0)
		.replicaSize(1, 1)
		.hikari((config) -> config.setMaximumPoolSize(1))
		.start();

	private final CurrentRoles roles = this.application.pools().getRoles();

	private final ScriptedRole role = new ScriptedRole(PrimaryRole.readWrite());

	private final Borrower borrower = new Borrower(new RoleView(this.roles, this.role, LONGER_THAN_ANY_TEST));

	@Test
	void anIdleConnectionIsLentOnTheFastPath() throws SQLException {
		relateToOne();
		this.borrower.borrow().close();
		assertThat(this.role.lookouts()).isZero();
	}

	@Test
	void aBorrowerWaitsUntilAServerPlaysTheRole() throws Exception {
		CompletableFuture<Connection> borrowing = async(this.borrower::borrow);
		await().until(() -> this.role.picksInVain() > 1);
		assertThat(borrowing).isNotDone();
		relateToOne();
		try (Connection connection = borrowing.get()) {
			assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
		}
	}

	@Test
	void whenItsPoolIsLeftThenABorrowerTakesTheNextOne() throws Exception {
		relateToOne();
		ServerPool left = primary();
		try (Connection held = this.borrower.borrow()) {
			assertThat(held).isNotNull();
			CompletableFuture<Loan> borrowing = async(() -> this.borrower.borrow(null, this.borrower.deadline()));
			await().until(left::hasQueue);
			this.two.promote();
			this.application.relate(this.two);
			Loan loan = borrowing.get();
			assertThat(loan.pool()).isNotSameAs(left).isSameAs(primary());
			assertThat(inUse(loan.pool())).isOne();
			loan.connection().close();
		}
	}

	@Test
	void whenItsPoolLosesTheRoleMeanwhileThenAConnectionGoesBackAndAnotherIsLent() throws SQLException {
		relateToOne();
		this.role.isNotPlayedOnce();
		Loan loan = this.borrower.borrow(null, this.borrower.deadline());
		assertThat(this.role.isScriptDone()).isTrue();
		// the pool has one connection, which the borrower would wait for in vain
		assertThat(loan.pool()).isSameAs(primary());
		loan.connection().close();
	}

	@Test
	void whenTheTableChangesOnTheFastPathThenItIsLookedAtAgain() throws SQLException {
		relateToOne();
		this.role.afterPickingOnce(() -> {
			this.application.relate(this.one, this.two);
			this.application.awaitReplicas(this.two);
			this.role.isNotPlayedOnce();
		});
		this.borrower.borrow().close();
		assertThat(this.role.isScriptDone()).isTrue();
		assertThat(this.role.lookouts()).isOne();
	}

	@Test
	void aConnectionThatCannotBePreparedIsNotLentAgain() throws SQLException {
		relateToOne();
		String session = session();
		this.role.failsToPrepareOnce();
		assertThat(session()).isNotEqualTo(session);
		assertThat(this.role.isScriptDone()).isTrue();
	}

	@Test
	void aBorrowerThatTimesOutIsToldHowBusyThePoolIs() throws SQLException {
		relateToOne();
		Borrower hasty = new Borrower(new RoleView(this.roles, this.role, Duration.ofMillis(30)));
		try (Connection held = this.borrower.borrow()) {
			assertThat(held).isNotNull();
			assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(hasty::borrow)
				.withMessageContaining("request timed out after 30ms (total=1, active=1, idle=0, waiting=0)");
		}
	}

	@Test
	void aReaderThatHasJustTriedOneReplicaIsLentAConnectionOfAnother() throws SQLException {
		this.application.relate(this.one, this.two, this.three);
		this.application.awaitReplicas(this.two, this.three);
		Borrower reader = reader(true);
		for (ServerPool tried : this.application.roles().replicas()) {
			Loan loan = reader.borrow(tried, reader.deadline());
			assertThat(loan.pool()).isNotSameAs(tried);
			loan.connection().close();
		}
	}

	@Test
	void aReadAfterAWriteWaitsForAReplicaForItsOwnTimeoutAndThenGoesToThePrimary() throws SQLException {
		relateToOne();
		CommittedLsn committed = new CommittedLsn();
		committed.begin();
		committed.complete(500);
		Borrower primary = new Borrower(new RoleView(this.roles, PrimaryRole.readOnly(), LONGER_THAN_ANY_TEST));
		CausalReads reads = new CausalReads(reader(false), false, primary, Duration.ofMillis(10));
		try (Connection connection = reads.getConnection(committed)) {
			assertThat(inUse(primary())).isOne();
			assertThat(connection.isReadOnly()).isTrue();
		}
	}

	private Borrower reader(boolean fallbackToPrimary) {
		return new Borrower(new RoleView(this.roles, new ReplicaRole(LoadBalancing.LEAST_BUSY, fallbackToPrimary),
				LONGER_THAN_ANY_TEST));
	}

	private void relateToOne() {
		this.application.relate(this.one);
		this.application.awaitPrimary(this.one);
	}

	private ServerPool primary() {
		ServerPool primary = this.roles.current().primary();
		assertThat(primary).isNotNull();
		return primary;
	}

	private String session() throws SQLException {
		try (Connection connection = this.borrower.borrow()) {
			return ask(connection, SESSION);
		}
	}

	private static int inUse(ServerPool pool) {
		return pool.getDataSource().getHikariPoolMXBean().getActiveConnections();
	}

}
