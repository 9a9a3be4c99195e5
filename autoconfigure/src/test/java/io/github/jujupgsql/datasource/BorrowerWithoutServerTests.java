package io.github.jujupgsql.datasource;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.standin.StandInApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what a {@link Borrower} is told, and when, if no server plays the role.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BorrowerWithoutServerTests {

	private static final Duration LONGER_THAN_ANY_TEST = Duration.ofHours(1);

	private static final Duration MOMENT = Duration.ofMillis(10);

	private final CurrentRoles roles = new CurrentRoles();

	@Test
	void aWriterThatTimesOutIsToldWhyThereIsNoPrimary() {
		assertThatExceptionOfType(PrimaryUnavailableException.class).isThrownBy(writer(MOMENT)::borrow)
			.withMessage("No primary within 10 ms: no relation has been read yet");
	}

	@Test
	void aReaderThatTimesOutIsToldWhyThereIsNoReplica() {
		assertThatExceptionOfType(ReplicaUnavailableException.class).isThrownBy(reader(MOMENT, false)::borrow)
			.withMessageStartingWith("No replica within 10 ms: there is no standby");
	}

	@Test
	void aReaderWhomThePrimaryMayServeIsToldWhyThereIsNoPrimary() {
		assertThatExceptionOfType(PrimaryUnavailableException.class).isThrownBy(reader(MOMENT, true)::borrow)
			.withMessage("No primary within 10 ms: no relation has been read yet");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenNoServerIsToBeExpectedThenABorrowerFailsAtOnce(boolean writes) {
		CurrentRoles closed = closedRoles();
		Borrower borrower = writes ? borrower(closed, PrimaryRole.readWrite(), LONGER_THAN_ANY_TEST)
				: borrower(closed, new ReplicaRole(LoadBalancing.LEAST_BUSY, false), LONGER_THAN_ANY_TEST);
		assertThatExceptionOfType(PrimaryUnavailableException.class).isThrownBy(borrower::borrow)
			.withMessage("No primary: the application is shutting down");
	}

	@Test
	void aBorrowerThatIsInterruptedSaysWhatItHasWaitedForAndStaysInterrupted() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(SQLException.class).isThrownBy(writer(LONGER_THAN_ANY_TEST)::borrow)
			.withMessage("Interrupted while waiting for a server: no relation has been read yet");
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void aBorrowerCanWaitLessLongForAServerThanForAConnection() {
		Borrower reader = reader(LONGER_THAN_ANY_TEST, false);
		ServerWait shorter = reader.serverWait(Deadline.in(MOMENT));
		assertThatExceptionOfType(ReplicaUnavailableException.class)
			.isThrownBy(() -> reader.borrow(null, reader.deadline(), shorter));
	}

	@Test
	void aBorrowerWhoseDeadlineIsOverHasItsWaitForAServerEndToo() {
		Borrower writer = writer(LONGER_THAN_ANY_TEST);
		assertThatExceptionOfType(PrimaryUnavailableException.class)
			.isThrownBy(() -> writer.borrow(null, Deadline.in(MOMENT)));
	}

	private Borrower writer(Duration timeout) {
		return borrower(this.roles, PrimaryRole.readWrite(), timeout);
	}

	private Borrower reader(Duration timeout, boolean fallbackToPrimary) {
		return borrower(this.roles, new ReplicaRole(LoadBalancing.LEAST_BUSY, fallbackToPrimary), timeout);
	}

	private static Borrower borrower(CurrentRoles roles, Role role, Duration timeout) {
		return new Borrower(new RoleView(roles, role, timeout));
	}

	private static CurrentRoles closedRoles() {
		try (StandInApplication application = StandInApplication.with().start()) {
			return application.pools().getRoles();
		}
	}

}
