package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What replicas are asked while they are busy, slow or behind, and that it goes on.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReplicaQuestionsTests {

	private static final Duration SICK_AFTER = Duration.ofMillis(300);

	private static final String SLOW = "SELECT 'slow'";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	private final AtomicLong written = new AtomicLong(100);

	private final AtomicBoolean outOfThreads = new AtomicBoolean();

	@SuppressWarnings("NullAway.Init")
	private StandInApplication application;

	@AfterEach
	void close() {
		this.standby.thaw();
		this.application.close();
	}

	@Test
	void aBusyReplicaWhoseLoginsAreSlowIsNotSick() throws Exception {
		start(StandInApplication.with().sickAfter(SICK_AFTER).replicaSize(1, 1));
		this.standby.delayLogins(SICK_AFTER.multipliedBy(3).dividedBy(2));
		this.standby.delay((sql) -> sql.equals(SLOW) ? SICK_AFTER.multipliedBy(4) : Duration.ZERO);
		CompletableFuture<String> reading = async(() -> ask(this.application.replica(), SLOW));
		assertThat(reading.get(20, TimeUnit.SECONDS)).isEmpty();
		assertThat(this.standby.logins()).as("logins, the one of the question among them").isGreaterThan(1);
	}

	@Test
	void aBusyReplicaThatHangsInTheMiddleOfALoginIsSick() throws Exception {
		start(StandInApplication.with().sickAfter(SICK_AFTER).replicaSize(1, 1));
		this.standby.delayLogins(Duration.ofMinutes(1));
		this.standby.delay((sql) -> sql.equals(SLOW) ? Duration.ofMinutes(1) : Duration.ZERO);
		CompletableFuture<Throwable> reading = async(() -> catchThrowable(() -> ask(this.application.replica(), SLOW)));
		assertThat(reading.get(20, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
		this.application.awaitReplicas();
	}

	@Test
	void aBusyReplicaThatHangsIsSick(CapturedOutput output) throws Exception {
		start(StandInApplication.with().sickAfter(SICK_AFTER).replicaSize(1, 1));
		try (Connection reading = this.application.replica().getConnection()) {
			this.standby.freeze();
			assertThat(catchThrowable(() -> ask(reading, SLOW))).isInstanceOf(SQLException.class);
		}
		this.application.awaitReplicas();
		await()
			.untilAsserted(() -> assertThat(output).contains("connection(s) to the replica " + this.standby.address())
				.contains("no answer within 300 ms"));
		assertThat(output).doesNotContain("Cut off");
	}

	@Test
	void whenThereIsNoThreadToAskAReplicaThenItIsLookedAtAllTheSame() throws Exception {
		start(StandInApplication.with()
			.sickAfter(SICK_AFTER)
			.replicaSize(1, 1)
			.pools((factory, settings) -> new ServerPools(factory, settings, new FaultyThreads(this::mayRunOut))));
		CompletableFuture<Throwable> reading = async(() -> {
			try (Connection connection = this.application.replica().getConnection()) {
				this.standby.freeze();
				this.outOfThreads.set(true);
				return catchThrowable(() -> ask(connection, SLOW));
			}
		});
		assertThat(reading.get(10, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
		this.application.awaitReplicas();
		assertThat(this.outOfThreads).isFalse();
	}

	@Test
	void whileThePrimaryIsBusyThenTheLagIsMeasured() throws Exception {
		startMeasured(StandInApplication.with().primarySize(1, 1));
		try (Connection writing = this.application.primary().getConnection()) {
			assertThat(writing).isNotNull();
			this.application.awaitReplicas();
		}
		assertThat(this.application.roles().noReplicaReason()).contains(this.standby + ": it lags by ");
	}

	@Test
	void whileAStandbyIsBusyThenItsLagIsMeasured() throws Exception {
		startMeasured(StandInApplication.with().replicaSize(1, 1));
		try (Connection reading = this.application.replica().getConnection()) {
			assertThat(reading).isNotNull();
			this.application.awaitReplicas();
		}
	}

	@Test
	void whenThereIsNoThreadToMeasureThenTheLagIsMeasuredTheNextTime() throws Exception {
		startMeasured(StandInApplication.with()
			.pools((factory, settings) -> new ServerPools(factory, settings, new FaultyThreads(this::mayRunOut))));
		this.outOfThreads.set(true);
		await().untilFalse(this.outOfThreads);
		this.application.awaitReplicas();
	}

	@Test
	void theReasonTellsTheLagOfNow() throws Exception {
		startMeasured(StandInApplication.with());
		this.application.awaitReplicas();
		String first = this.application.roles().noReplicaReason();
		assertThat(first).contains(this.standby + ": it lags by ");
		await().untilAsserted(() -> assertThat(this.application.roles().noReplicaReason()).isNotEqualTo(first)
			.contains(this.standby + ": it lags by "));
	}

	@Test
	void whenThePrimaryIsDemotedThenTheReasonIsToldAtOnce() throws Exception {
		start(StandInApplication.with());
		RoleTable before = this.application.roles();
		this.master.demote();
		this.master.terminateSessions();
		CompletableFuture<Throwable> waiting = async(() -> {
			while (this.application.roles() == before) {
				catchThrowable(() -> ask(this.application.primary(), "SELECT 1"));
			}
			return new Throwable();
		});
		RoleTable next = this.application.pools()
			.getRoles()
			.awaitOtherThan(before, System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
		assertThat(next.primary()).isNull();
		assertThat(next.noPrimaryReason()).isEqualTo(this.master + ": in recovery");
		this.master.promote();
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isNotNull();
	}

	private void start(StandInApplication.Builder builder) {
		this.application = builder.start();
		this.application.relate(this.master.connectionString(), this.standby.connectionString("sslmode=prefer"));
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
	}

	/**
	 * The standby has replayed what there is, and replays nothing from then on.
	 */
	private void startMeasured(StandInApplication.Builder builder) {
		AtomicBoolean started = new AtomicBoolean();
		this.master.answer((sql) -> position(sql, "pg_current_wal_lsn",
				List.of(Long.toString(started.get() ? this.written.incrementAndGet() : 100))));
		this.standby.answer((sql) -> position(sql, "pg_last_wal_replay_lsn",
				List.of("100", "t", Long.toString(1_000_000 + System.nanoTime() / 1_000_000 % 1_000_000))));
		start(builder.maximumLag(Duration.ofSeconds(1)));
		started.set(true);
	}

	private static @Nullable List<String> position(String sql, String question, List<String> answer) {
		return (sql.contains(question) && !StandInServer.isRoleQuestion(sql)) ? answer : null;
	}

	private void mayRunOut() {
		if (this.outOfThreads.getAndSet(false)) {
			throw new OutOfMemoryError("unable to create native thread (injected)");
		}
	}

}
