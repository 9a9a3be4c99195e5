package io.github.jujupgsql.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * How the service starts when the relation is not there, or not there yet.
 */
@PgsqlClusterTest
@ExtendWith(OutputCaptureExtension.class)
class StartIntegrationTests {

	@TempDir
	Path directory;

	@Test
	void whenTheFileAppearsDuringTheStartThenTheStartCompletes(PgsqlCluster cluster, CapturedOutput output) {
		RelationFile file = RelationFile.at(this.directory.resolve("relation.json"), cluster);
		var starting = CompletableFuture.supplyAsync(() -> NotesService.follow(file));
		await().atMost(Duration.ofSeconds(30))
			.until(() -> output.getOut().contains(file.path() + " does not exist yet"));
		assertThat(starting).isNotDone();
		file.write();
		try (NotesService service = starting.join()) {
			assertThat(service.add("worth the wait").by()).isEqualTo(cluster.master().address());
		}
	}

	@Test
	void whenTheFileAppearsAfterAStartThatNeedsNoDatabaseThenTheServiceWorks(PgsqlCluster cluster) {
		RelationFile file = RelationFile.at(this.directory.resolve("relation.json"), cluster);
		migrate(cluster);
		try (NotesService service = NotesService.follow(file, "--spring.flyway.enabled=false")) {
			assertThat(service.state().get("primary").isNull()).isTrue();
			var waiting = CompletableFuture.supplyAsync(() -> service.add("worth the wait"));
			file.write();
			assertThat(waiting.join().by()).isEqualTo(cluster.master().address());
		}
	}

	@Test
	void whenTheFileNeverAppearsThenTheStartFailsAndSaysWhy(PgsqlCluster cluster, CapturedOutput output) {
		Path path = this.directory.resolve("relation.json");
		assertThatException().isThrownBy(() -> NotesService.follow(RelationFile.at(path, cluster),
				"--spring.datasource.hikari.connection-timeout=1000"));
		assertThat(output).contains("APPLICATION FAILED TO START", path.toString(), "juju status --relations");
	}

	@Test
	void withoutARelationFileTheServiceUsesBootsOwnDataSource(PgsqlCluster cluster) {
		try (NotesService service = withoutRelation(cluster)) {
			assertThat(service.add("no relation").by()).isEqualTo(cluster.master().address());
			Served<?> read = service.newest(1);
			assertThat(read.by()).isEqualTo(cluster.master().address());
			assertThat(service.get("/actuator").getBody().get("_links").has("pgsql")).isFalse();
		}
	}

	private static void migrate(PgsqlCluster cluster) {
		withoutRelation(cluster).close();
	}

	private static NotesService withoutRelation(PgsqlCluster cluster) {
		return NotesService.start(
				"--spring.datasource.url=jdbc:postgresql://" + cluster.master().address() + "/" + cluster.database(),
				"--spring.datasource.username=" + cluster.user(), "--spring.datasource.password=" + cluster.password());
	}

}
