package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the order in which those are served who wait for a connection.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueueTests {

	private static final Duration LONGER_THAN_ANY_TEST = Duration.ofHours(1);

	@AutoClose
	private final StandInServer one = StandInServer.master();

	@AutoClose
	private final StandInServer two = StandInServer.standby();

	@AutoClose
	private final StandInServer three = StandInServer.standby();

	@AutoClose
	private final Clock clock = new Clock();

	private final List<String> served = new CopyOnWriteArrayList<>();

	private @Nullable StandInApplication application;

	@AfterEach
	void close() {
		if (this.application != null) {
			this.application.close();
		}
	}

	@Test
	void aBorrowerThatHasWaitedForLongIsServedBeforeOneThatCameLater() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one);
		running.awaitPrimary(this.one);
		theFirstIsServedFirst(running.primary(), () -> running.roles().primary());
	}

	@Test
	void aReaderOfTheOnlyReplicaThatHasWaitedForLongIsServedBeforeOneThatCameLater() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one, this.two);
		running.awaitReplicas(this.two);
		theFirstIsServedFirst(running.replica(), () -> running.roles().replicas().get(0));
	}

	@Test
	void aReaderOfThePrimaryWithoutStandbysIsServedBeforeOneThatCameLater() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one);
		running.awaitPrimary(this.one);
		theFirstIsServedFirst(running.replica(), () -> running.roles().primary());
	}

	private void theFirstIsServedFirst(DataSource dataSource, Supplier<ServerPool> pool) throws Exception {
		Connection held = dataSource.getConnection();
		CompletableFuture<?> first = borrow(dataSource, "first");
		awaitWaiting(pool.get(), 1);
		this.clock.pass(Duration.ofMillis(600));
		CompletableFuture<?> second = borrow(dataSource, "second");
		awaitWaiting(pool.get(), 2);
		this.clock.pass(Duration.ofMillis(600));
		held.close();
		CompletableFuture.allOf(first, second).join();
		assertThat(this.served).containsExactly("first", "second");
	}

	@Test
	void whenOneOfTwoReplicasIsBusyForLongThenAllWhoWaitAreServedByTheOther() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one, this.two, this.three);
		running.awaitReplicas(this.two, this.three);
		this.two.delay((sql) -> sql.contains("long") ? LONGER_THAN_ANY_TEST : Duration.ofMillis(300));
		this.three.delay((sql) -> sql.contains("long") ? LONGER_THAN_ANY_TEST : Duration.ofMillis(300));
		CompletableFuture<String> held = async(() -> ask(running.replica(), "SELECT 'long'"));
		List<CompletableFuture<String>> reads = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			reads.add(async(() -> ask(running.replica(), "SELECT 1")));
		}
		CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).join();
		assertThat(held).isNotDone();
	}

	@Test
	void whenThePrimaryIsWithdrawnThenWhatItsWorkReturnsIsLentToNobody() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one);
		running.awaitPrimary(this.one);
		ServerPool old = running.roles().primary();
		Connection held = running.primary().getConnection();
		CompletableFuture<?> first = borrow(running.primary(), "first");
		CompletableFuture<?> second = borrow(running.primary(), "second");
		awaitWaiting(old, 2);
		running.relate(this.two);
		running.awaitNoPrimary();
		held.close();
		awaitWaiting(old, 0);
		assertThat(this.served).isEmpty();
		this.two.promote();
		CompletableFuture.allOf(first, second).join();
		assertThat(this.one.statements()).noneMatch((statement) -> statement.sql().contains("borrowed"));
	}

	@Test
	void whenAConnectionBreaksThenThoseWhoWaitGetANewOne() throws Exception {
		StandInApplication running = start(1);
		running.relate(this.one);
		running.awaitPrimary(this.one);
		Connection held = running.primary().getConnection();
		CompletableFuture<?> first = borrow(running.primary(), "first");
		CompletableFuture<?> second = borrow(running.primary(), "second");
		awaitWaiting(running.roles().primary(), 2);
		this.clock.pass(Duration.ofMillis(50));
		this.one.terminateSessions();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(held, "SELECT 1"));
		held.close();
		CompletableFuture.allOf(first, second).join();
	}

	@Test
	void aPoolThatHasBeenLeftKeepsNobodyWaiting() {
		StandInApplication running = start(1);
		running.relate(this.one);
		running.awaitPrimary(this.one);
		ServerPool old = running.roles().primary();
		this.two.promote();
		running.relate(this.two);
		running.awaitPrimary(this.two);
		await().until(() -> old.getDataSource().isClosed());
		RoleView view = new RoleView(running.pools().getRoles(), PrimaryRole.readWrite(), LONGER_THAN_ANY_TEST);
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(() -> {
			Deadline deadline = Deadline.in(LONGER_THAN_ANY_TEST.toNanos());
			PoolAccess pools = new PoolAccess(view);
			pools.await(old, LONGER_THAN_ANY_TEST.toMillis(),
					new TimedBorrow(pools, null, deadline, new ServerWait(view, deadline)));
		});
	}

	private StandInApplication start(int size) {
		this.application = StandInApplication.with()
			.connectionTimeout(LONGER_THAN_ANY_TEST)
			.primarySize(size, 0)
			.replicaSize(size, 1)
			.hikari((config) -> config.setMaximumPoolSize(size))
			.start();
		return this.application;
	}

	private CompletableFuture<?> borrow(DataSource dataSource, String name) {
		return async(() -> {
			try (Connection connection = dataSource.getConnection()) {
				execute(connection, "SELECT 'borrowed'");
				return this.served.add(name);
			}
		});
	}

	private static void awaitWaiting(ServerPool pool, int number) {
		await().pollInterval(Duration.ofMillis(1))
			.until(() -> pool.getDataSource().getHikariPoolMXBean().getThreadsAwaitingConnection() == number);
	}

	/**
	 * Lets time pass: as long as a server takes to answer.
	 */
	private static final class Clock implements AutoCloseable {

		private final StandInServer server = StandInServer.master();

		void pass(Duration duration) throws SQLException {
			this.server.delay((sql) -> sql.contains("time") ? duration : Duration.ZERO);
			try (Connection connection = DriverManager.getConnection(
					"jdbc:postgresql://" + this.server.address() + "/notes?sslmode=disable&gssEncMode=disable", "w",
					"w")) {
				ask(connection, "SELECT 'time'");
			}
		}

		@Override
		public void close() {
			this.server.close();
		}

	}

}
