package io.github.jujupgsql;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of a pool that its application has suspended
 * ({@code spring.datasource.hikari.allow-pool-suspension}).
 */
class SuspendedPoolTests {

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.hikari((config) -> config.setAllowPoolSuspension(true))
		.start();

	@Test
	void whenAnotherServerIsThePrimaryThenThreadsInTheSuspendedPoolGoOnThere() throws Exception {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		suspend(this.application.roles().primary());
		List<CompletableFuture<String>> waiting = waiting(this.application.primary());
		this.standby.promote();
		this.application.relate(this.standby);
		for (CompletableFuture<String> one : waiting) {
			assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("1");
		}
		StandInApplication.awaitNothingOpen(this.master);
	}

	@Test
	void whenAStandbyLeavesThenThreadsInTheSuspendedPoolReadElsewhere() throws Exception {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		suspend(this.application.roles().replicas().get(0));
		List<CompletableFuture<String>> waiting = waiting(this.application.replica());
		this.application.relate(this.master);
		for (CompletableFuture<String> one : waiting) {
			assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("1");
		}
		StandInApplication.awaitNothingOpen(this.standby);
	}

	@Test
	void whenThePoolsAreClosedThenThreadsInTheSuspendedPoolFail() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		suspend(this.application.roles().primary());
		List<CompletableFuture<String>> waiting = waiting(this.application.primary());
		this.application.close();
		for (CompletableFuture<String> one : waiting) {
			assertThat(one).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.havingRootCause()
				.isInstanceOf(SQLException.class);
		}
	}

	@Test
	void whenTheSuspendedReplicaIsNamedTheMasterThenItIsAskedAndBecomesThePrimary() throws Exception {
		this.application.relate(this.master, this.standby);
		this.application.awaitReplicas(this.standby);
		ServerPool suspended = this.application.roles().replicas().get(0);
		suspend(suspended);
		this.standby.promote();
		this.application.relate(this.standby);
		this.application.awaitPrimary(this.standby);
		CompletableFuture<String> waiting = async(() -> ask(this.application.primary(), "SELECT 1"));
		resume(suspended);
		assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo("1");
	}

	@Test
	void whileThePrimaryIsSuspendedItsHealthIsKnown() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		ServerPool primary = this.application.roles().primary();
		suspend(primary);
		assertThat(async(() -> this.application.pools().findFault(primary))).succeedsWithin(Duration.ofSeconds(10))
			.isNull();
		this.master.demote();
		assertThat(async(() -> this.application.pools().findFault(primary))).succeedsWithin(Duration.ofSeconds(10))
			.isEqualTo(new ServerPool.Fault("in recovery", false));
	}

	private static void suspend(ServerPool pool) {
		state(pool).suspendPool();
	}

	private static void resume(ServerPool pool) {
		state(pool).resumePool();
	}

	private static HikariPoolMXBean state(ServerPool pool) {
		return pool.getDataSource().getHikariPoolMXBean();
	}

	/**
	 * Has threads wait inside a suspended pool.
	 */
	private static List<CompletableFuture<String>> waiting(DataSource dataSource) {
		List<Thread> threads = new CopyOnWriteArrayList<>();
		List<CompletableFuture<String>> waiting = IntStream.range(0, 3).mapToObj((i) -> async(() -> {
			threads.add(Thread.currentThread());
			return ask(dataSource, "SELECT 1");
		})).toList();
		await().until(() -> threads.size() == 3 && threads.stream().allMatch(SuspendedPoolTests::isSuspended));
		return waiting;
	}

	private static boolean isSuspended(Thread thread) {
		return Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().endsWith("SuspendResumeLock"));
	}

}
