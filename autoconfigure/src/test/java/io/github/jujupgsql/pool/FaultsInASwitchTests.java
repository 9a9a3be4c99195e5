package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever can throw in a switch throws once: what the application has configured, what
 * makes threads, what logs. There is a primary in the end, and nothing is left open. The
 * system property {@code juju.pgsql.test.rounds} says how many rounds there are: 20
 * unless told, which is once at each point, and 50 for an error and an exception at each.
 */
class FaultsInASwitchTests {

	private static final int ROUNDS = Integer.getInteger("juju.pgsql.test.rounds", 20);

	/** A switch has fewer points than that at which something can throw. */
	private static final int MOST_POINTS = 25;

	private final FaultyLogs logs = new FaultyLogs();

	private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

	private volatile Faults faults = Faults.NONE;

	private Faults injected = this.faults;

	@BeforeEach
	void addFilter() {
		this.logging.addTurboFilter(this.logs);
	}

	@AfterEach
	void removeFilter() {
		this.logging.getTurboFilterList().remove(this.logs);
	}

	@Test
	void whateverThrowsInASwitchThereIsAPrimaryInTheEndAndNothingIsLeftOpen() throws Exception {
		int thrown = 0;
		for (int round = 0; round < ROUNDS; round++) {
			try {
				boolean error = (round + round / MOST_POINTS) % 2 == 0;
				thrown += round(new Faults(1 + round % MOST_POINTS, error)) ? 1 : 0;
			}
			catch (Exception | AssertionError ex) {
				throw new AssertionError("Round " + round + ", " + this.injected + ": " + ex.getMessage(), ex);
			}
		}
		assertThat(thrown).as("rounds in which something threw").isGreaterThan(ROUNDS / 4);
	}

	private boolean round(Faults injected) throws Exception {
		this.injected = injected;
		this.faults = Faults.NONE;
		try (StandInServer old = StandInServer.master();
				StandInServer next = StandInServer.standby();
				StandInServer third = StandInServer.standby()) {
			try (StandInApplication application = StandInApplication.with()
				.hikari(this::configure)
				.pools((factory, settings) -> new ServerPools(factory, settings,
						new FaultyThreads(() -> this.faults.mayThrow("thread"))))
				.start()) {
				application.relate(old, next);
				application.awaitPrimary(old);
				application.awaitReplicas(next);
				ask(application.primary(), "SELECT 1");
				ask(application.replica(), "SELECT 1");
				this.faults = injected;
				next.promote();
				old.demote();
				application.relate(next, old, third);
				CompletableFuture<Boolean> waiting = async(() -> reaches(application));
				application.awaitPrimary(next);
				application.awaitReplicas(old, third);
				assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
				await().until(() -> application.pools().getDraining().isEmpty());
			}
			StandInApplication.awaitNothingOpen(old, next, third);
			return injected.hasThrown();
		}
	}

	/**
	 * What threw may have been in this borrower's way, or the old primary cut off under
	 * it.
	 */
	private static boolean reaches(StandInApplication application) throws SQLException {
		try {
			return ask(application.primary(), "SELECT 1").equals("1");
		}
		catch (SQLException | RuntimeException | Error ex) {
			return ask(application.primary(), "SELECT 1").equals("1");
		}
	}

	private void configure(HikariConfig config) {
		this.faults.mayThrow("configuration");
		config.setExceptionOverride(new SQLExceptionOverride() {

			@java.lang.Override
			public Override adjudicate(SQLException fault) {
				FaultsInASwitchTests.this.faults.mayThrow("exception override");
				return Override.CONTINUE_EVICT;
			}

		});
		config.setMetricsTrackerFactory((name, stats) -> {
			this.faults.mayThrow("metrics");
			return new IMetricsTracker() {
			};
		});
	}

	/**
	 * Throws once, at a certain point.
	 */
	private static final class Faults {

		static final Faults NONE = new Faults(Integer.MAX_VALUE, false);

		private final int point;

		private final boolean error;

		private final AtomicInteger passed = new AtomicInteger();

		private volatile String thrown = "nothing";

		private Faults(int point, boolean error) {
			this.point = point;
			this.error = error;
		}

		void mayThrow(String where) {
			int number = this.passed.incrementAndGet();
			if (number == this.point) {
				this.thrown = where + " at point " + number;
				if (this.error) {
					throw new OutOfMemoryError("unable to create native thread (injected)");
				}
				throw new IllegalStateException("injected");
			}
		}

		boolean hasThrown() {
			return !this.thrown.equals("nothing");
		}

		@Override
		public String toString() {
			return this.thrown + " threw";
		}

	}

	/**
	 * Throws where the pools' own code logs.
	 */
	private final class FaultyLogs extends TurboFilter {

		@Override
		public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
				Object @Nullable [] params, @Nullable Throwable throwable) {
			// not while an error is told, nor where it is only asked whether to log
			if (logger.getName().startsWith("io.github.jujupgsql.pool") && level != Level.ERROR && format != null) {
				FaultsInASwitchTests.this.faults.mayThrow("log");
			}
			return FilterReply.NEUTRAL;
		}

	}

}
