package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import io.github.jujupgsql.topology.PgsqlTopology;
import io.github.jujupgsql.watch.RelationFileWatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PgsqlHealthIndicator} while the primary is busy, full or hangs.
 */
class HealthTests {

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with()
		.primarySize(1, 1)
		.hikari((config) -> config.setValidationTimeout(500))
		.start();

	@AutoClose
	private final RelationFileWatcher watcher = new RelationFileWatcher(Path.of("missing.json"),
			new RelationReader(new WantedDatabase(null, null, null), null), Duration.ofSeconds(5),
			Duration.ofSeconds(5), Clock.systemUTC(), (relation) -> {
			});

	private final PgsqlHealthIndicator indicator = new PgsqlHealthIndicator(
			new PgsqlTopology(this.watcher, this.application.pools()));

	@BeforeEach
	void relate() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	@AfterEach
	void thaw() {
		this.master.thaw();
	}

	@Test
	void whenAllConnectionsAreLentAndTheServerHasNoSlotLeftThenItIsUp() throws SQLException {
		try (Connection writing = this.application.primary().getConnection()) {
			this.master.refuseLogins("53300", "sorry, too many clients already");
			execute(writing, "INSERT INTO notes VALUES (1)");
			Health health = health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).extractingByKey("newConnections")
				.asString()
				.contains("sorry, too many clients already");
		}
	}

	@Test
	void aPrimaryThatDoesNotTellWhoItIsHasNoTimeline() {
		assertThat(health().getDetails()).containsKey("primarySince")
			.doesNotContainKeys("timeline", "aheadOfRelation", "relationMaster");
	}

	@Test
	void whenNothingIsOpenAndTheServerHasNoSlotLeftThenItIsDown() {
		this.master.refuseLogins("53300", "sorry, too many clients already");
		this.master.terminateSessions();
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).extractingByKey("reason").asString().contains("too many clients");
	}

	@Test
	void whileThePrimaryHangsThenItIsDownForAllWhoAskAndAskedOnce() throws Exception {
		try (Connection writing = this.application.primary().getConnection()) {
			assertThat(writing).isNotNull();
			int before = this.master.sockets();
			this.master.freeze();
			List<CompletableFuture<Health>> asking = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				asking.add(async(this::health));
			}
			for (CompletableFuture<Health> each : asking) {
				Health health = each.get(8, TimeUnit.SECONDS);
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails()).extractingByKey("reason")
					.asString()
					.contains(this.master.address(), "no answer within 500 ms");
			}
			assertThat(this.master.sockets()).isLessThanOrEqualTo(before + 1);
			this.master.thaw();
		}
	}

	@Test
	void whenTheOnlyStandbyIsTheMasterItselfThenThatIsSaid(@TempDir Path folder) throws IOException {
		Path file = folder.resolve("relation.json");
		Files.writeString(file, """
				{"endpoints": "h:1", "read-only-endpoints": "h:1", "username": "u", "database": "d"}""");
		try (RelationFileWatcher watching = new RelationFileWatcher(file,
				new RelationReader(new WantedDatabase(null, null, null), null), Duration.ofSeconds(5),
				Duration.ofSeconds(5), Clock.systemUTC(), (relation) -> {
				})) {
			watching.start();
			Health health = new PgsqlHealthIndicator(new PgsqlTopology(watching, this.application.pools())).health();
			assertThat(health).isNotNull();
			assertThat(health.getDetails()).containsEntry("standbys",
					"the relation names the master itself as the only standby");
		}
	}

	private Health health() {
		Health health = this.indicator.health();
		assertThat(health).isNotNull();
		return health;
	}

}
