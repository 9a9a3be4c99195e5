package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * More threads work than two connections can serve, through HikariCP alone and through
 * each of the DataSources at the same time, each with its own server that takes 50 ms for
 * every piece of work. The system property {@code juju.pgsql.test.backlog} says how many
 * milliseconds of work are queued all the time, 1500 unless told; a borrower waits for
 * five thirds of that.
 */
class FairnessTests {

	private static final Logger logger = LoggerFactory.getLogger(FairnessTests.class);

	private static final int BACKLOG_MILLIS = Integer.getInteger("juju.pgsql.test.backlog", 1500);

	private static final int WORK_MILLIS = 50;

	private static final int SIZE = 2;

	/** How many arrive at the same time; then as many as leave. */
	private static final int QUEUED = BACKLOG_MILLIS * SIZE / WORK_MILLIS;

	private static final int BORROWERS = 6 * QUEUED;

	private static final Duration TIMEOUT = Duration.ofMillis(BACKLOG_MILLIS * 5 / 3);

	/**
	 * HikariCP lets some overtake others, too, which is chance: 2 to 12 of 360 time out.
	 */
	private static final int TOLERANCE = BORROWERS / 25;

	@AutoClose
	private final StandInServer master = working(StandInServer.master());

	@AutoClose
	private final StandInServer standby = working(StandInServer.standby());

	@AutoClose
	private final StandInServer alone = working(StandInServer.master());

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.connectionTimeout(TIMEOUT)
		.primarySize(SIZE, SIZE)
		.replicaSize(SIZE, SIZE)
		.hikari((config) -> config.setMaximumPoolSize(SIZE))
		.start();

	@AutoClose
	private final HikariDataSource hikari = hikari(this.alone);

	@Test
	void noMoreBorrowersOfThePrimaryOrOfAReplicaTimeOutThanOfHikariAlone() throws Exception {
		this.application.relate(this.master, this.standby);
		this.application.awaitPrimary(this.master);
		this.application.awaitReplicas(this.standby);
		Crowd primarys = new Crowd(this.application.primary());
		Crowd replicas = new Crowd(this.application.replica());
		Crowd hikaris = new Crowd(this.hikari);
		crowd(List.of(primarys, replicas, hikaris));
		logger.info("Of {} borrowers, {} of the primary and {} of a replica timed out, of HikariCP alone {}", BORROWERS,
				primarys.timeouts, replicas.timeouts, hikaris.timeouts);
		assertThat(List.of(primarys, replicas)).allSatisfy((ours) -> assertThat(ours.timeouts.get())
			.as("timed out of %s; HikariCP alone: %s", BORROWERS, hikaris.timeouts)
			.isLessThanOrEqualTo(hikaris.timeouts.get() + TOLERANCE));
	}

	private static void crowd(List<Crowd> crowds) throws Exception {
		List<CompletableFuture<?>> borrowers = new CopyOnWriteArrayList<>();
		Runnable arrival = () -> crowds.forEach((crowd) -> borrowers.add(async(crowd::work)));
		ScheduledExecutorService arrivals = Executors.newSingleThreadScheduledExecutor();
		try {
			IntStream.range(0, QUEUED).forEach((i) -> arrival.run());
			ScheduledFuture<?> later = arrivals.scheduleAtFixedRate(arrival, WORK_MILLIS, WORK_MILLIS / SIZE,
					TimeUnit.MILLISECONDS);
			await().forever().until(() -> borrowers.size() >= crowds.size() * BORROWERS);
			later.cancel(false);
		}
		finally {
			arrivals.shutdown();
			arrivals.awaitTermination(1, TimeUnit.MINUTES);
		}
		borrowers.forEach(CompletableFuture::join);
	}

	private static StandInServer working(StandInServer server) {
		server.delay((sql) -> sql.contains("'work'") ? Duration.ofMillis(WORK_MILLIS) : Duration.ZERO);
		return server;
	}

	private static HikariDataSource hikari(StandInServer server) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:postgresql://" + server.address() + "/notes?sslmode=disable&gssEncMode=disable");
		config.setUsername("writer");
		config.setPassword("writer");
		config.setMaximumPoolSize(SIZE);
		config.setConnectionTimeout(TIMEOUT.toMillis());
		return new HikariDataSource(config);
	}

	/**
	 * Those who borrow from one DataSource.
	 */
	private static final class Crowd {

		private final AtomicInteger timeouts = new AtomicInteger();

		private final DataSource dataSource;

		Crowd(DataSource dataSource) {
			this.dataSource = dataSource;
		}

		int work() throws SQLException {
			try (Connection connection = this.dataSource.getConnection()) {
				ask(connection, "SELECT 'work'");
			}
			catch (SQLTransientConnectionException ex) {
				this.timeouts.incrementAndGet();
			}
			return this.timeouts.get();
		}

	}

}
