package io.github.jujupgsql.sample;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of a request that is in flight when the service is told to end.
 */
@PgsqlClusterTest
@ExtendWith(OutputCaptureExtension.class)
class ShutdownIntegrationTests {

	@TempDir
	Path directory;

	@Test
	void aRequestInFlightIsCommittedAndThenNothingIsLeft(PgsqlCluster cluster, CapturedOutput output) throws Exception {
		RelationFile file = RelationFile.at(this.directory.resolve("relation.json"), cluster);
		file.write();
		NotesService service = NotesService.follow(file);
		service.add("before");
		try (Connection connection = cluster.master().superuserConnection()) {
			CompletableFuture<Void> closing = addWhileLocked(cluster, connection, service, output);
			closing.get(20, TimeUnit.SECONDS);
			assertThat(ask(connection, "SELECT count(*) FROM notes WHERE text = 'in flight'")).isEqualTo("1");
			await().until(() -> ask(connection,
					"SELECT count(*) FROM pg_stat_activity WHERE usename = '" + cluster.user() + "'")
				.equals("0"));
		}
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("pgsql-")));
		assertThat(output).doesNotContain(" WARN ").doesNotContain(" ERROR ");
	}

	/** Hold a request up in its transaction until the service has begun to close. */
	private static CompletableFuture<Void> addWhileLocked(PgsqlCluster cluster, Connection connection,
			NotesService service, CapturedOutput output) throws Exception {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
		}
		CompletableFuture<Served<Note>> inFlight = CompletableFuture.supplyAsync(() -> service.add("in flight"));
		await().until(() -> waiting(cluster));
		CompletableFuture<Void> closing = CompletableFuture.runAsync(service::close);
		await().atMost(Duration.ofSeconds(20)).until(() -> output.getOut().contains("Commencing graceful shutdown"));
		assertThat(inFlight).isNotDone();
		assertThat(closing).isNotDone();
		connection.commit();
		connection.setAutoCommit(true);
		assertThat(inFlight.get(20, TimeUnit.SECONDS).by()).isEqualTo(cluster.master().address());
		return closing;
	}

	private static boolean waiting(PgsqlCluster cluster) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection()) {
			return ask(connection, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").equals("1");
		}
	}

	private static String ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return result.getString(1);
		}
	}

}
