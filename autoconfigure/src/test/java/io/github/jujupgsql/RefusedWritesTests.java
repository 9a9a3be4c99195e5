package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a refused write sets off when the relation file has news that nobody has noticed:
 * the file system told nothing, and the next poll is ten minutes away.
 */
class RefusedWritesTests extends AbstractClusterTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@BeforeEach
	void writeRelationWhereNothingIsWatched() throws IOException {
		RelationFile.at(createFolder("real").resolve("relation.json"), cluster).write();
	}

	@Test
	void whenTheMasterIsDemotedAndStillAnswersThenTheFileIsReadAndTheNewPrimaryFollowed() throws Exception {
		try (FollowingApplication application = followSlowly()) {
			PgsqlServer demoted = cluster.master();
			try (Connection open = application.primary().getConnection()) {
				assertThat(ask(open, "SELECT 1")).isEqualTo("1");
			}
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			changeUnnoticed();
			refuseWrites(demoted);
			assertThat(serverOf(application.primary())).as("nobody has noticed").isEqualTo(demoted.address());
			assertThat(refusedWrite(application)).isEqualTo("25006");
			application.awaitPrimary(promoted);
			assertThat(refusedWrite(application)).isNull();
		}
	}

	@Test
	void whenTheMasterComesBackAsAStandbyThenTheFileIsReadAndWhoWaitsGetsTheNewPrimary() throws Exception {
		try (FollowingApplication application = followSlowly()) {
			PgsqlServer demoted = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			changeUnnoticed();
			// HikariCP would lend what died a moment ago
			application.evictIdle();
			cluster.rejoin(demoted);
			CompletableFuture<String> waiting = async(() -> serverOf(application.primary()));
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(promoted.address());
		}
	}

	private FollowingApplication followSlowly() {
		FollowingApplication application = FollowingApplication.of(this.folder.resolve("real/deep/relation.json"))
			.properties("juju.pgsql.poll-interval=10m", "spring.datasource.hikari.connection-timeout=20000",
					// otherwise the promoted server is the primary before anything is
					// refused
					"juju.pgsql.follow-promotions=false")
			.start();
		application.awaitReplicas(cluster.standbys());
		assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
		return application;
	}

	/**
	 * Change the file where nothing is watched: above the folder above it.
	 */
	private void changeUnnoticed() throws IOException {
		RelationFile.at(createFolder("other").resolve("relation.json"), cluster).write();
		Files.move(this.folder.resolve("real"), this.folder.resolve("gone"));
		Files.move(this.folder.resolve("other"), this.folder.resolve("real"));
	}

	private Path createFolder(String name) throws IOException {
		return Files.createDirectories(this.folder.resolve(name).resolve("deep"));
	}

	private static void refuseWrites(PgsqlServer server) throws SQLException {
		try (Connection connection = server.superuserConnection()) {
			execute(connection, "ALTER SYSTEM SET default_transaction_read_only = on");
			execute(connection, "SELECT pg_reload_conf()");
			// each session hears of it by a signal
			await().until(() -> ask(connection, "SHOW default_transaction_read_only").equals("on"));
		}
	}

	private static @Nullable String refusedWrite(FollowingApplication application) {
		try {
			execute(application.primary(), "CREATE TABLE IF NOT EXISTS written (i int)");
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

}
