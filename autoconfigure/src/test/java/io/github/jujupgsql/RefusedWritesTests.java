package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.ask;
import static io.github.jujupgsql.FollowingApplication.async;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.evictIdle;
import static io.github.jujupgsql.FollowingApplication.execute;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a refused write sets off when the relation file has news that nobody has noticed:
 * the file system told nothing, and the next poll is ten minutes away.
 */
class RefusedWritesTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@BeforeEach
	void writeRelation() throws IOException {
		RelationFile.at(createFolder("real").resolve("relation.json"), cluster).write();
	}

	@Test
	void whenTheMasterIsDemotedAndStillAnswersThenTheFileIsReadAndTheNewPrimaryFollowed() {
		follow((context) -> {
			PgsqlServer demoted = cluster.master();
			try (Connection open = primary(context).getConnection()) {
				assertThat(ask(open, "SELECT 1")).isEqualTo("1");
			}
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			changeUnnoticed();
			refuseWrites(demoted);
			assertThat(serverOf(primary(context))).as("nobody has noticed").isEqualTo(demoted.address());
			assertThat(refusedWrite(context)).isEqualTo("25006");
			awaitPrimary(context, promoted);
			assertThat(refusedWrite(context)).isNull();
		});
	}

	@Test
	void whenTheMasterComesBackAsAStandbyThenTheFileIsReadAndWhoWaitsGetsTheNewPrimary() {
		follow((context) -> {
			PgsqlServer demoted = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			changeUnnoticed();
			// HikariCP would lend what died a moment ago
			evictIdle(context);
			cluster.rejoin(demoted);
			CompletableFuture<String> waiting = async(() -> serverOf(primary(context)));
			assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(promoted.address());
		});
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		FollowingApplication.runner()
			.withPropertyValues("juju.pgsql.relation-file=" + this.folder.resolve("real/deep/relation.json"),
					"juju.pgsql.poll-interval=10m", "spring.datasource.hikari.connection-timeout=20000")
			.run((context) -> {
				awaitReplicas(context, addresses(cluster.standbys()));
				assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
				consumer.accept(context);
			});
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

	private static @Nullable String refusedWrite(AssertableApplicationContext context) {
		try {
			execute(primary(context), "CREATE TABLE IF NOT EXISTS written (i int)");
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

}
