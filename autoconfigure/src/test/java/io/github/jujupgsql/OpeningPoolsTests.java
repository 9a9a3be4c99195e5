package io.github.jujupgsql;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of the connections that are opened for a pool if its server leaves, or
 * something fails, before there is one.
 */
class OpeningPoolsTests {

	private static final String INIT_SQL = "SET application_name = 'notes'";

	private final AtomicReference<@Nullable Moment> awaited = new AtomicReference<>();

	private volatile Runnable interruption = () -> {
	};

	@AutoClose
	private final StandInServer server = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().primarySize(1, 1).hikari((config) -> {
		reached(Moment.CONFIGURED);
		config.setConnectionInitSql(INIT_SQL);
		config.setMetricsTrackerFactory((name, stats) -> {
			reached(Moment.SET_UP);
			return new IMetricsTracker() {
			};
		});
	}).start();

	OpeningPoolsTests() {
		this.server.delay((sql) -> {
			if (sql.equals(INIT_SQL)) {
				reached(Moment.BEING_SET_UP);
			}
			else if (StandInServer.isRoleQuestion(sql)) {
				reached(Moment.ASKED);
			}
			return Duration.ZERO;
		});
	}

	/**
	 * Up to where the opening of a pool has come.
	 */
	enum Moment {

		CONFIGURED, BEING_SET_UP, SET_UP, ASKED

	}

	private void reached(Moment moment) {
		// not where the thread that assigns roles looks at the configuration
		if (!Thread.currentThread().getName().equals("pgsql-roles") && this.awaited.compareAndSet(moment, null)) {
			this.interruption.run();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenTheServerLeavesMeanwhileThenNothingIsLeftOpen(Moment moment) {
		CountDownLatch left = interrupt(moment, this::leave);
		this.application.relate(this.server);
		assertThat(left).satisfies(OpeningPoolsTests::isReached);
		StandInApplication.awaitNothingOpen(this.server);
	}

	@ParameterizedTest
	@EnumSource(names = { "CONFIGURED", "SET_UP" })
	void whenSomethingFailsThenNothingIsLeftOpenAndItIsTriedAgain(Moment moment) {
		CountDownLatch failed = interrupt(moment, () -> {
			throw new LinkageError("another version");
		});
		this.application.relate(this.server);
		assertThat(failed).satisfies(OpeningPoolsTests::isReached);
		this.application.awaitPrimary(this.server);
		await().until(() -> this.server.sockets() == 1);
		leave();
		StandInApplication.awaitNothingOpen(this.server);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEING_SET_UP", "ASKED" })
	void whenTheConnectionBreaksThenNothingIsLeftOpenAndItIsTriedAgain(Moment moment) {
		CountDownLatch broken = interrupt(moment, this.server::terminateSessions);
		this.application.relate(this.server);
		assertThat(broken).satisfies(OpeningPoolsTests::isReached);
		this.application.awaitPrimary(this.server);
		await().until(() -> this.server.sockets() == 1);
		leave();
		StandInApplication.awaitNothingOpen(this.server);
	}

	@Test
	void whenServersComeAndGoByTheThousandThenNothingIsLeftOpen() {
		for (int i = 0; i < 1000; i++) {
			this.application.relate(this.server);
			LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(4)));
			leave();
		}
		this.application.close();
		StandInApplication.awaitNothingOpen(this.server);
	}

	@Test
	void whenAStandbyIsNamedTheMasterWhileItIsAskedThenItsAnswerMakesItThePrimary() {
		try (StandInServer standby = StandInServer.standby()) {
			standby.delayRoleQuestions(Duration.ofMillis(200));
			this.application.relate(this.server, standby);
			this.application.awaitPrimary(this.server);
			await().until(() -> standby.statements()
				.stream()
				.anyMatch((statement) -> StandInServer.isRoleQuestion(statement.sql())));
			standby.promote();
			this.application.relate(standby);
			this.application.awaitPrimary(standby);
		}
	}

	private CountDownLatch interrupt(Moment moment, Runnable interruption) {
		CountDownLatch reached = new CountDownLatch(1);
		this.interruption = () -> {
			reached.countDown();
			interruption.run();
		};
		this.awaited.set(moment);
		return reached;
	}

	private static void isReached(CountDownLatch latch) throws InterruptedException {
		assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
	}

	/**
	 * Has the relation name no server, and waits until that has been taken note of.
	 */
	private void leave() {
		CountDownLatch followed = new CountDownLatch(1);
		this.application.pools()
			.accept(new PgsqlRelation("notes", List.of(), List.of(), null, null, List.of()), followed::countDown);
		try {
			isReached(followed);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
