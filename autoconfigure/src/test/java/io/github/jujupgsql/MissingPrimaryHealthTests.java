package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;

import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.watch.RelationFileWatcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for how long {@link PgsqlHealthIndicator} leaves an application in service while
 * its primary is missing.
 */
class MissingPrimaryHealthTests {

	private static final Duration GRACE = Duration.ofSeconds(30);

	private static final String SINCE = "primaryMissingSince";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 1)
		.sickAfter(Duration.ofMillis(100))
		.hikari((config) -> config.setValidationTimeout(500))
		.start();

	@AutoClose
	private final RelationFileWatcher watcher = new RelationFileWatcher(Path.of("missing.json"),
			new RelationReader(new WantedDatabase(null, null, null), null), Duration.ofSeconds(5),
			Duration.ofSeconds(5), Clock.systemUTC(), (relation) -> {
			});

	private final TurnedClock clock = new TurnedClock();

	private final PgsqlTopology topology = new PgsqlTopology(this.watcher, this.application.pools());

	private final PgsqlHealthIndicator indicator = new PgsqlHealthIndicator(this.topology, GRACE, this.clock);

	@Test
	void whileThereHasNeverBeenAPrimaryItIsDown() {
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).doesNotContainKey(SINCE)
			.containsEntry("reason", "No primary: no relation has been read yet");
		this.application.relate((StandInServer) null, this.standby);
		this.application.awaitReplicas(this.standby);
		assertThat(health().getStatus()).isEqualTo(Status.DOWN);
	}

	@Test
	void whileThePrimaryIsThereNothingIsSaidOfItBeingMissing() {
		relateToMaster();
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		assertThat(health().getDetails()).doesNotContainKeys(SINCE, "reason");
	}

	@Test
	void whenTheRelationNamesNoMasterAnyMoreThenItStaysUpForAWhile() {
		relateToMaster();
		this.application.relate((StandInServer) null, this.standby);
		this.application.awaitNoPrimary();
		Instant since = assertUpAndMissing("No primary: the relation names no master");
		this.clock.turn(GRACE.minusSeconds(1));
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		this.clock.turn(Duration.ofSeconds(2));
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry(SINCE, since)
			.containsEntry("reason", "No primary: the relation names no master");
	}

	@Test
	void whenThereIsAPrimaryAgainThenTheNextOneThatIsMissingHasItsWholeWhile() {
		relateToMaster();
		this.application.relate((StandInServer) null, this.standby);
		this.application.awaitNoPrimary();
		this.clock.turn(GRACE.plusSeconds(1));
		assertThat(health().getStatus()).isEqualTo(Status.DOWN);
		relateToMaster();
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		this.clock.turnBack();
		this.application.relate((StandInServer) null, this.standby);
		this.application.awaitNoPrimary();
		assertThat(health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void whenThePrimaryDiesThenItStaysUpForAWhile() throws SQLException {
		relateToMaster();
		try (Connection writing = this.application.primary().getConnection()) {
			this.master.crash();
			assertThat(catchThrowable(() -> execute(writing, "INSERT INTO notes VALUES (1)")))
				.isInstanceOf(SQLException.class);
		}
		await().until(() -> this.topology.getPrimaryMissingSince() != null);
		assertUpAndMissing(this.master.address() + ": it does not answer");
		this.clock.turn(GRACE.plusSeconds(1));
		assertThat(health().getStatus()).isEqualTo(Status.DOWN);
		this.master.start();
		await().untilAsserted(() -> assertThat(health().getStatus()).isEqualTo(Status.UP));
		assertThat(health().getDetails()).doesNotContainKey(SINCE);
	}

	@Test
	void whenNobodyButTheHealthNoticesThatThePrimaryDiedThenItStaysUpForAWhile() {
		relateToMaster();
		this.master.freeze();
		Instant since = assertUpAndMissing(this.master.address() + ": no answer within 500 ms");
		this.clock.turn(GRACE.minusSeconds(1));
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		this.clock.turn(Duration.ofSeconds(2));
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry(SINCE, since);
		this.master.thaw();
		await().untilAsserted(() -> assertThat(health().getDetails()).doesNotContainKey(SINCE));
		this.clock.turnBack();
		this.master.freeze();
		assertThat(health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void whileItIsKnownThatThePrimaryDoesNotAnswerThenNobodyWaitsForItsAnswer() throws SQLException {
		relateToMaster();
		try (Connection writing = this.application.primary().getConnection()) {
			this.master.freeze();
			CompletableFuture<Void> write = async(() -> insert(writing));
			await().until(() -> this.topology.getPrimaryMissingSince() != null);
			int questions = this.master.sockets();
			assertUpAndMissing(this.master.address() + ": it does not answer");
			assertThat(this.master.sockets()).isEqualTo(questions);
			this.master.thaw();
			write.join();
		}
	}

	private static @Nullable Void insert(Connection connection) throws SQLException {
		execute(connection, "INSERT INTO notes VALUES (1)");
		return null;
	}

	private Instant assertUpAndMissing(String reason) {
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("reason", reason).containsKey(SINCE);
		return (Instant) health.getDetails().get(SINCE);
	}

	private void relateToMaster() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	private Health health() {
		Health health = this.indicator.health();
		assertThat(health).isNotNull();
		return health;
	}

	/**
	 * The machine's clock, which a test turns on.
	 */
	private static final class TurnedClock extends Clock {

		private Duration turned = Duration.ZERO;

		void turn(Duration on) {
			this.turned = this.turned.plus(on);
		}

		void turnBack() {
			this.turned = Duration.ZERO;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return Instant.now().plus(this.turned);
		}

	}

}
