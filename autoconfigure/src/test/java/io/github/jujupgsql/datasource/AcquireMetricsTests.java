package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what {@code hikaricp.connections.acquire} is told: one sample for each
 * borrower, as long as it has waited.
 */
class AcquireMetricsTests {

	private final List<Duration> samples = new CopyOnWriteArrayList<>();

	@AutoClose
	private final StandInServer one = StandInServer.master();

	@AutoClose
	private final StandInServer two = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 0)
		.replicaSize(1, 1)
		.sickAfter(Duration.ofMillis(100))
		.hikari(this::record)
		.start();

	@Test
	void questionsAboutTheRoleAreNobodysBorrows() throws Exception {
		this.application.relate(this.one, this.two);
		this.application.awaitPrimary(this.one);
		this.application.awaitReplicas(this.two);
		assertThat(this.application.pools().findFault(this.application.roles().replicas().get(0))).isNull();
		assertThat(this.application.pools().findFault(this.application.roles().primary())).isNull();
		assertThat(this.samples).isEmpty();
		ask(this.application.primary(), "SELECT 1");
		ask(this.application.replica(), "SELECT 1");
		assertThat(this.samples).hasSize(2);
	}

	@Test
	void whoHasWaitedForOthersIsCountedOnceWithTheWholeWait() throws Exception {
		this.application.relate(this.one);
		this.application.awaitPrimary(this.one);
		this.one.delay((sql) -> sql.contains("slow") ? Duration.ofMillis(1200) : Duration.ZERO);
		CompletableFuture<String> waiting;
		Duration atLeast;
		try (Connection held = this.application.primary().getConnection()) {
			this.samples.clear();
			waiting = async(() -> ask(this.application.primary(), "SELECT 1"));
			awaitWaiting(this.application.roles().primary(), 1);
			long since = System.nanoTime();
			ask(held, "SELECT 'slow'");
			// a busy machine may wake the borrower late from its fast path, which counts
			// 10 ms
			atLeast = Duration.ofNanos(System.nanoTime() - since).minusMillis(100);
		}
		waiting.join();
		assertThat(this.samples).hasSize(1).allSatisfy((sample) -> assertThat(sample).isGreaterThan(atLeast));
	}

	@Test
	void whoIsSentAwayFromAServerThatHasLeftIsCountedOnceWhereItIsServed() throws Exception {
		this.application.relate(this.one);
		this.application.awaitPrimary(this.one);
		Connection held = this.application.primary().getConnection();
		this.samples.clear();
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[8];
		for (int i = 0; i < waiting.length; i++) {
			waiting[i] = async(() -> ask(this.application.primary(), "SELECT 1"));
		}
		awaitWaiting(this.application.roles().primary(), waiting.length);
		this.two.promote();
		this.application.relate(this.two);
		CompletableFuture.allOf(waiting).join();
		held.close();
		assertThat(this.samples).hasSize(waiting.length);
	}

	@Test
	void aConnectionThatHasBrokenIsNobodysBorrow() throws Exception {
		this.application.relate(this.one);
		this.application.awaitPrimary(this.one);
		try (Connection broken = this.application.primary().getConnection()) {
			this.one.terminateSessions();
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> execute(broken, "INSERT INTO notes VALUES (1)"));
		}
		this.samples.clear();
		ask(this.application.primary(), "SELECT 1");
		assertThat(this.samples).hasSize(1);
	}

	private static void awaitWaiting(ServerPool pool, int number) {
		await().pollInterval(Duration.ofMillis(1))
			.until(() -> pool.getDataSource().getHikariPoolMXBean().getThreadsAwaitingConnection() == number);
	}

	private void record(HikariConfig config) {
		config.setMaximumPoolSize(1);
		config.setMetricsTrackerFactory((poolName, stats) -> new IMetricsTracker() {

			@Override
			public void recordConnectionAcquiredNanos(long nanos) {
				AcquireMetricsTests.this.samples.add(Duration.ofNanos(nanos));
			}

		});
	}

}
