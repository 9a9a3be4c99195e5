package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;

import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the log says once, however often the file is written.
 */
@ExtendWith(OutputCaptureExtension.class)
class RelationFileLogTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void whatIsWaitedForAndWhatIsLeftOutAreToldOnce(CapturedOutput output) throws IOException {
		try (RelationFileWatcher watcher = new RelationFileWatcher(file(), new RelationReader(WantedDatabase.ANY),
				Duration.ofMinutes(10), Duration.ofMinutes(10), Clock.systemUTC(), (relation) -> {
				})) {
			write("1", "host=b pasword=s3cret");
			watcher.start();
			write("2", "host=b pasword=s3cret");
			await().until(() -> "2".equals(watcher.getState().relation().version()));
			assertThat(output).containsOnlyOnce("no master yet; waiting for 'master' of p/0")
				.containsOnlyOnce("standby left out");
			write("3", "host=b user=u");
			await().until(() -> "3".equals(watcher.getState().relation().version()));
			write("4", "host=b pasword=s3cret");
			await().until(() -> "4".equals(watcher.getState().relation().version()));
			assertThat(output).containsOnlyOnce("no master yet").doesNotContain("s3cret");
			assertThat(output.getAll().lines().filter((line) -> line.contains("standby left out"))).hasSize(2);
		}
	}

	private Path file() {
		return this.folder.resolve("relation.json");
	}

	private void write(String version, String standby) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("beside"), """
				{"related-units": {"p/0": {"data": {"version": "%s", "standbys": "%s"}}}}
				""".formatted(version, standby));
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

}
