package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.jdbc.support.JdbcUtils;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for how many threads wait for a primary that is missing, and for how long.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MissingPrimaryTests {

	private static final Duration LONGER_THAN_ANY_TEST = Duration.ofHours(1);

	private static final Duration MOMENT = Duration.ofMillis(10);

	private final CurrentRoles nobody = new CurrentRoles();

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 0)
		.replicaSize(1, 1)
		.sickAfter(Duration.ofMillis(100))
		.hikari((config) -> config.setMaximumPoolSize(1))
		.start();

	private final CurrentRoles roles = this.application.pools().getRoles();

	@Test
	void whenAsManyWaitAsMayThenTheNextFailsAtOnceAndSaysWhy() {
		PrimaryWaiters waiters = new PrimaryWaiters(2, null);
		Borrower writer = writer(this.nobody, LONGER_THAN_ANY_TEST, waiters);
		List<Thread> waiting = startBorrowing(writer, 2);
		await().until(() -> waiters.getWaiting() == 2);
		assertThatExceptionOfType(TooManyWaitersException.class).isThrownBy(writer::borrow)
			.isInstanceOf(SQLTransientConnectionException.class)
			.withMessage("No primary: 2 threads wait for one already (juju.pgsql.primary.maximum-waiting is 2);"
					+ " no relation has been read yet");
		assertThat(waiters.getRefused()).isOne();
		waiting.forEach(Thread::interrupt);
		await().until(() -> waiters.getWaiting() == 0);
	}

	@Test
	void whoIsInterruptedOrTimesOutLeavesItsPlace() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(4, Duration.ofNanos(200_000));
		Borrower writer = writer(this.nobody, LONGER_THAN_ANY_TEST, waiters);
		AtomicInteger timedOut = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		AtomicInteger interrupted = new AtomicInteger();
		List<Thread> threads = Stream.generate(() -> new Thread(() -> {
			for (int i = 0; i < 1_000; i++) {
				if (ThreadLocalRandom.current().nextInt(4) == 0) {
					Thread.currentThread().interrupt();
				}
				try {
					writer.borrow();
				}
				catch (TooManyWaitersException ex) {
					refused.incrementAndGet();
				}
				catch (PrimaryUnavailableException ex) {
					timedOut.incrementAndGet();
				}
				catch (SQLException ex) {
					interrupted.incrementAndGet();
				}
				Thread.interrupted();
			}
		})).limit(8).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(timedOut.get() + refused.get() + interrupted.get()).isEqualTo(8_000);
		assertThat(timedOut).hasPositiveValue();
		assertThat(refused).hasPositiveValue();
		assertThat(interrupted).hasPositiveValue();
		assertThat(waiters.getWaiting()).isZero();
	}

	@Test
	void aReaderCountsWhileItWaitsForThePrimaryAndOnlyThen() {
		PrimaryWaiters waiters = new PrimaryWaiters(0, null);
		assertThatExceptionOfType(TooManyWaitersException.class)
			.isThrownBy(reader(this.nobody, MOMENT, true, waiters)::borrow);
		assertThatExceptionOfType(ReplicaUnavailableException.class)
			.isThrownBy(reader(this.nobody, MOMENT, false, waiters)::borrow);
	}

	@Test
	void whileThereIsNoPrimaryAReadOfAStandbyIsServed() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(0, null);
		this.application.relate((StandInServer) null, this.standby);
		this.application.awaitReplicas(this.standby);
		try (Connection connection = reader(this.roles, LONGER_THAN_ANY_TEST, true, waiters).borrow()) {
			assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
		}
		assertThatExceptionOfType(TooManyWaitersException.class)
			.isThrownBy(writer(this.roles, LONGER_THAN_ANY_TEST, waiters)::borrow)
			.withMessageContaining("the relation names no master");
	}

	@Test
	void whileThePrimaryIsBusyNobodyIsRefused() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(0, null);
		relateToMaster();
		Borrower writer = writer(this.roles, LONGER_THAN_ANY_TEST, waiters);
		Connection held = writer.borrow();
		CompletableFuture<Connection> waiting = async(writer::borrow);
		await().until(() -> waiters.getWaiting() == 1);
		held.close();
		waiting.get().close();
		await().until(() -> waiters.getWaiting() == 0);
	}

	@Test
	void whenThePrimaryDiesThenOfThoseThatQueueForAConnectionAsManyStayAsMay() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(2, null);
		relateToMaster();
		Borrower writer = writer(this.roles, LONGER_THAN_ANY_TEST, waiters);
		Connection held = writer.borrow();
		List<CompletableFuture<Connection>> waiting = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			waiting.add(async(writer::borrow));
		}
		await().until(() -> waiters.getWaiting() == 6);
		crashUnder(held);
		await().until(() -> waiters.getWaiting() == 2);
		await().untilAsserted(() -> assertThat(waiting).filteredOn(CompletableFuture::isDone)
			.hasSize(4)
			.allSatisfy(MissingPrimaryTests::isRefused));
		assertThatExceptionOfType(TooManyWaitersException.class).isThrownBy(writer::borrow)
			.withMessageContaining(this.master.address());
		List<CompletableFuture<Void>> served = waiting.stream()
			.filter((each) -> !each.isDone())
			.map((each) -> each.thenAccept(JdbcUtils::closeConnection))
			.toList();
		assertThat(served).hasSize(2);
		this.master.start();
		served.forEach(CompletableFuture::join);
		await().until(() -> waiters.getWaiting() == 0);
	}

	private void crashUnder(Connection held) throws SQLException {
		this.master.crash();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> ask(held, "SELECT 1"));
		held.close();
	}

	private static void isRefused(CompletableFuture<Connection> borrowing) {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(borrowing::get)
			.withCauseInstanceOf(TooManyWaitersException.class);
	}

	@Test
	void aMissingPrimaryCanBeWaitedForLessLongThanABusyOne() {
		Borrower writer = writer(this.nobody, LONGER_THAN_ANY_TEST, new PrimaryWaiters(null, MOMENT));
		assertThatExceptionOfType(PrimaryUnavailableException.class).isThrownBy(writer::borrow)
			.withMessage("No primary within 10 ms: no relation has been read yet");
	}

	@Test
	void aMissingPrimaryCanBeWaitedForLongerThanABusyOneWhichThenHasItsWholeTime() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(null, LONGER_THAN_ANY_TEST);
		Duration connectionTimeout = Duration.ofMillis(300);
		Borrower writer = writer(this.roles, connectionTimeout, waiters);
		long begun = System.nanoTime();
		CompletableFuture<Connection> waiting = async(writer::borrow);
		await().until(() -> System.nanoTime() - begun > 2 * connectionTimeout.toNanos());
		assertThat(waiting).isNotDone();
		relateToMaster();
		try (Connection held = waiting.get()) {
			assertThat(ask(held, "SELECT 1")).isEqualTo("1");
			assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(writer::borrow)
				.withMessageContaining("request timed out after 300ms");
		}
	}

	@Test
	void aPrimaryThatDiesUnderThoseThatQueueIsWaitedForAsAMissingOne() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(null, MOMENT);
		relateToMaster();
		Borrower writer = writer(this.roles, LONGER_THAN_ANY_TEST, waiters);
		Connection held = writer.borrow();
		CompletableFuture<Connection> waiting = async(writer::borrow);
		await().until(() -> waiters.getWaiting() == 1);
		crashUnder(held);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(waiting::get)
			.withCauseInstanceOf(PrimaryUnavailableException.class)
			.withMessageContainingAll("No primary within 10 ms", this.master.address());
	}

	@Test
	void whoHasWaitedForAServerIsToldAndNobodyElse() throws Exception {
		List<String> told = new CopyOnWriteArrayList<>();
		PrimaryWaiters waiters = new PrimaryWaiters(null, null);
		waiters.addListener((role, nanos, served) -> told.add(role + " " + served + " " + (nanos > 0)));
		Borrower writer = writer(this.roles, LONGER_THAN_ANY_TEST, waiters);
		CompletableFuture<Connection> waiting = async(writer::borrow);
		await().until(() -> waiters.getWaiting() == 1);
		relateToMaster();
		Connection held = waiting.get();
		assertThat(told).containsExactly("primary true true");
		// for a connection, not for a server
		CompletableFuture<Connection> queueing = async(writer::borrow);
		await().until(() -> waiters.getWaiting() == 1);
		held.close();
		queueing.get().close();
		assertThatExceptionOfType(PrimaryUnavailableException.class)
			.isThrownBy(reader(this.nobody, MOMENT, true, waiters)::borrow);
		assertThat(told).containsExactly("primary true true", "replica false true");
	}

	private void relateToMaster() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	private static List<Thread> startBorrowing(Borrower borrower, int number) {
		List<Thread> threads = Stream.generate(() -> new Thread(() -> borrow(borrower))).limit(number).toList();
		threads.forEach(Thread::start);
		return threads;
	}

	private static @Nullable Connection borrow(Borrower borrower) {
		try {
			return borrower.borrow();
		}
		catch (SQLException ex) {
			return null;
		}
	}

	private static Borrower writer(CurrentRoles roles, Duration timeout, PrimaryWaiters waiters) {
		return new Borrower(new RoleView(roles, PrimaryRole.readWrite(), timeout, waiters));
	}

	private static Borrower reader(CurrentRoles roles, Duration timeout, boolean fallback, PrimaryWaiters waiters) {
		return new Borrower(new RoleView(roles, new ReplicaRole(LoadBalancing.LEAST_BUSY, fallback), timeout, waiters));
	}

}
