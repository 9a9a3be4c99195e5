package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LendingPool}.
 */
class LendingPoolTests {

	private static final long MILLIS = 5000;

	private static final BorrowTerms SERVED = borrower(true);

	private static final BorrowTerms NOT_SERVED = borrower(false);

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 0)
		.replicaSize(1, 0)
		.start();

	@Test
	void whatIsVerifiedIsLentWithoutAQuestion() throws Exception {
		ServerPool pool = primary();
		long questions = questions(this.master);
		try (AutoCloseable borrowed = pool.borrow(MILLIS)) {
			assertThat(borrowed).isInstanceOf(Connection.class);
		}
		try (Connection connection = pool.borrow(MILLIS, SERVED)) {
			assertThat(connection).isNotNull();
		}
		assertThat(questions(this.master)).isEqualTo(questions);
	}

	@Test
	void whatIsNotVerifiedIsNoConnectionUntilItsServerHasAnswered() throws Exception {
		ServerPool pool = primary();
		pool.invalidateVerification();
		long questions = questions(this.master);
		AutoCloseable borrowed = pool.borrow(MILLIS);
		assertThat(borrowed).isInstanceOf(UnverifiedConnection.class);
		try (Connection connection = ((UnverifiedConnection) borrowed).verify(SERVED)) {
			assertThat(connection).isNotNull();
		}
		assertThat(questions(this.master)).isEqualTo(questions + 1);
		try (AutoCloseable again = pool.borrow(MILLIS)) {
			assertThat(again).isInstanceOf(Connection.class);
		}
	}

	@Test
	void whatIsNotVerifiedCanBeReturned() throws Exception {
		ServerPool pool = primary();
		pool.invalidateVerification();
		pool.borrow(MILLIS).close();
		assertThat(pool.getActive()).isZero();
		assertThat(pool.hasOpen()).isTrue();
	}

	@Test
	void aBorrowerThatIsServedElsewhereHasNoServerAsked() throws SQLException {
		ServerPool pool = primary();
		pool.invalidateVerification();
		long questions = questions(this.master);
		assertThat(pool.borrow(MILLIS, NOT_SERVED)).isNull();
		assertThat(questions(this.master)).isEqualTo(questions);
		assertThat(pool.getActive()).isZero();
		assertThat(pool.hasOpen()).isTrue();
	}

	@Test
	void aServerInTheWrongRoleCostsTheConnection() {
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		ServerPool pool = this.application.roles().replicas().get(0);
		this.standby.promote();
		pool.invalidateVerification();
		assertThatExceptionOfType(WrongRoleException.class).isThrownBy(() -> pool.borrow(MILLIS, SERVED));
		assertThat(pool.getActive()).isZero();
	}

	@Test
	void aPoolThatHasBeenLeftEndsTheWaitAtOnce() {
		ServerPool pool = primary();
		pool.drain(Duration.ZERO);
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(() -> pool.borrow(MILLIS, SERVED))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08003"));
	}

	private ServerPool primary() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		ServerPool pool = this.application.roles().primary();
		assertThat(pool).isNotNull();
		return pool;
	}

	private static long questions(StandInServer server) {
		return server.statements()
			.stream()
			.filter((statement) -> statement.sql().contains("pg_is_in_recovery"))
			.count();
	}

	private static BorrowTerms borrower(boolean served) {
		return new BorrowTerms() {

			@Override
			public boolean isServedBy(ServerPool pool) {
				return served;
			}

			@Override
			public long answerTimeoutMillis() {
				return MILLIS;
			}

		};
	}

}
