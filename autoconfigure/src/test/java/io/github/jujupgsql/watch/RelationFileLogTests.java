package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
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
		try (RelationFileWatcher watcher = watcher(Duration.ofMinutes(10))) {
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
			await().untilAsserted(
					() -> assertThat(output.getAll().lines()).filteredOn((line) -> line.contains("standby left out"))
						.hasSize(2));
			assertThat(output).containsOnlyOnce("no master yet").doesNotContain("s3cret");
		}
	}

	@Test
	void aRelationThatIsRemovedAndIntegratedAgainIsTwoLines(CapturedOutput output) throws IOException {
		write("{\"relation-id\": 7, \"master\": \"host=a user=u password=s3cret\", \"standbys\": [\"host=b user=u\"]}");
		try (RelationFileWatcher watcher = watcher(Duration.ofMinutes(10))) {
			watcher.start();
			write("{}");
			await().until(() -> watcher.getState().relation().master() == null);
			write("{\"relation-id\": 12, \"master\": null}");
			await().until(() -> "12".equals(watcher.getState().relation().id()));
			write("{\"relation-id\": 12, \"master\": \"host=a user=v password=s3cret\"}");
			await().until(() -> watcher.getState().relation().master() != null);
		}
		assertThat(told(output)).hasSize(2)
			.first(STRING)
			.endsWith("names no server any more; the relation is gone: relation 7, master a:5432, standbys b:5432");
		assertThat(told(output)).last(STRING)
			.containsPattern("names a new relation after [0-9]+ ms without one: "
					+ "relation 7 -> 12, another user, master a:5432, standbys none$");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void aRelationThatTakesThePlaceOfAnotherIsOneLine(CapturedOutput output) throws IOException {
		write("{\"relation-id\": 7, \"master\": \"host=a user=u\"}");
		try (RelationFileWatcher watcher = watcher(Duration.ofMinutes(10))) {
			watcher.start();
			write("{\"relation-id\": \"8\\n9\", \"master\": \"host=a user=u\"}");
			await().until(() -> "8\n9".equals(watcher.getState().relation().id()));
		}
		assertThat(told(output)).hasSize(1)
			.first(STRING)
			.endsWith("names a new relation: relation 7 -> ***, the same user, master a:5432, standbys none");
	}

	@Test
	void aRelationThatDoesNotSayWhichItIsIsANewOneIfItsUserIs(CapturedOutput output) throws IOException {
		write("{\"standbys\": [\"host=b user=u\"]}");
		try (RelationFileWatcher watcher = watcher(Duration.ofMinutes(10))) {
			watcher.start();
			for (String user : new String[] { "u", "v" }) {
				write("{}");
				await().until(() -> watcher.getState().relation().standbys().isEmpty());
				write("{\"standbys\": [\"host=b user=" + user + "\"]}");
				await().until(() -> !watcher.getState().relation().standbys().isEmpty());
			}
		}
		assertThat(told(output)).hasSize(4).allSatisfy((line) -> assertThat(line).contains("master none, standbys b"));
		assertThat(told(output).get(1)).contains("names the relation again after", "the same user");
		assertThat(told(output).get(3)).contains("names a new relation after", "another user");
	}

	@Test
	void aFileThatStaysAwayIsToldOfUntilItIsBack(CapturedOutput output) throws IOException {
		deleteAndWriteAgain(Duration.ofMillis(50),
				(watcher) -> await().until(() -> !watcher.getState().relation().joined()),
				(watcher) -> await().until(() -> watcher.getState().relation().joined()));
		assertThat(output).containsOnlyOnce("has vanished; unless it is back within 50 ms")
			.doesNotContain("is back after");
		assertThat(told(output)).hasSize(2);
		assertThat(told(output).get(0)).containsPattern(
				"is still missing after [0-9]+ ms; treating the relation as broken: relation 7, master a:5432");
		assertThat(told(output).get(1)).contains("names the relation again after", "relation 7, the same user");
	}

	@Test
	void aFileThatIsBackInTimeIsToldOf(CapturedOutput output) throws IOException {
		deleteAndWriteAgain(Duration.ofMinutes(10),
				(watcher) -> await().untilAsserted(() -> assertThat(output).contains("has vanished")),
				(watcher) -> await().untilAsserted(() -> assertThat(output).containsOnlyOnce("is back after")));
		assertThat(told(output)).isEmpty();
	}

	private void deleteAndWriteAgain(Duration grace, Consumer<RelationFileWatcher> awaitGone,
			Consumer<RelationFileWatcher> awaitBack) throws IOException {
		String content = "{\"relation-id\": 7, \"master\": \"host=a user=u\"}";
		write(content);
		try (RelationFileWatcher watcher = watcher(grace)) {
			watcher.start();
			Files.delete(file());
			awaitGone.accept(watcher);
			write(content);
			awaitBack.accept(watcher);
		}
	}

	/**
	 * What is told of the relation's going and coming.
	 */
	private static List<String> told(CapturedOutput output) {
		return output.getAll()
			.lines()
			.filter((line) -> line.contains("relation is gone") || line.contains("relation as broken")
					|| line.contains("names a new relation") || line.contains("names the relation again"))
			.toList();
	}

	private RelationFileWatcher watcher(Duration grace) {
		return new RelationFileWatcher(file(), new RelationReader(WantedDatabase.ANY), Duration.ofMinutes(10), grace,
				Clock.systemUTC(), (relation) -> {
				});
	}

	private Path file() {
		return this.folder.resolve("relation.json");
	}

	private void write(String version, String standby) throws IOException {
		write("""
				{"related-units": {"p/0": {"data": {"version": "%s", "standbys": "%s"}}}}
				""".formatted(version, standby));
	}

	private void write(String content) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("beside"), content);
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

}
