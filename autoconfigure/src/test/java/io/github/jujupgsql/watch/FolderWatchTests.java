package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which folders are watched: those that decide what is read.
 */
@Timeout(20)
class FolderWatchTests {

	/** So long that only an event can end it. */
	private static final Duration NEVER = Duration.ofMinutes(10);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void whenDotsFollowASymbolicLinkThenTheFolderAboveItsTargetIsWatched() throws Exception {
		Path real = Files.createDirectories(this.folder.resolve("real/deep")).getParent();
		Files.createSymbolicLink(this.folder.resolve("link"), Path.of("real", "deep"));
		expectWatched(this.folder.resolve("link/../relation"), real.resolve("relation"));
	}

	@Test
	void whenDotsFollowASymbolicLinkInTheTargetOfAnotherThenTheFolderAboveItsTargetIsWatched() throws Exception {
		Path real = Files.createDirectories(this.folder.resolve("real/deep")).getParent();
		Files.createSymbolicLink(this.folder.resolve("link"), real.resolve("deep"));
		Files.createSymbolicLink(this.folder.resolve("relation"), Path.of("link", "..", "file"));
		expectWatched(this.folder.resolve("relation"), real.resolve("file"));
	}

	@Test
	void whenTheLinkBeforeTheDotsIsSwappedThenTheFolderAboveItsNewTargetIsWatched() throws Exception {
		Path one = Files.createDirectories(this.folder.resolve("one/deep")).getParent();
		Path two = Files.createDirectories(this.folder.resolve("two/deep")).getParent();
		Files.createSymbolicLink(this.folder.resolve("link"), one.resolve("deep"));
		Files.writeString(one.resolve("relation"), json("a"));
		Files.writeString(two.resolve("relation"), json("b"));
		BlockingQueue<PgsqlRelation> relations = new LinkedBlockingQueue<>();
		try (RelationFileWatcher watcher = new RelationFileWatcher(this.folder.resolve("link/./../relation"),
				RelationExample.READER, NEVER, NEVER, Clock.systemUTC(), relations::add)) {
			watcher.start();
			expectMaster(relations, "a");
			Files.createSymbolicLink(this.folder.resolve("swap"), two.resolve("deep"));
			Files.move(this.folder.resolve("swap"), this.folder.resolve("link"), StandardCopyOption.ATOMIC_MOVE);
			expectMaster(relations, "b");
			change(two.resolve("relation"), json("c"));
			expectMaster(relations, "c");
		}
	}

	@Test
	void whenAFolderBeforeTheDotsIsMissingThenItIsWaitedFor() throws Exception {
		Path file = this.folder.resolve("missing/../relation");
		Files.createFile(this.folder.resolve("relation"));
		assertThat(new SnapshotReader(file).read()).isInstanceOf(FileSnapshot.Missing.class);
		try (FolderWatch watch = new FolderWatch(file)) {
			watch.refresh();
			Files.createDirectory(this.folder.resolve("missing"));
			expectEvent(watch);
			assertThat(new SnapshotReader(file).read()).isInstanceOf(FileSnapshot.Content.class);
			watch.refresh();
			change(this.folder.resolve("relation"));
			expectEvent(watch);
		}
	}

	@Test
	void whenDotsLeadAboveTheRootThenTheyEndThere() throws Exception {
		Path root = this.folder.toAbsolutePath().getRoot();
		Path up = Path.of("..").resolve("..").resolve(root.relativize(this.folder.toAbsolutePath()));
		expectWatched(root.resolve(up).resolve("relation"), this.folder.resolve("relation"));
	}

	/**
	 * Expect that a file is read, and changes of it seen, by another of its names.
	 */
	private static void expectWatched(Path name, Path real) throws Exception {
		Files.writeString(real, "before");
		try (FolderWatch watch = new FolderWatch(name)) {
			watch.refresh();
			change(real);
			assertThat(Files.readString(name)).isEqualTo("after");
			expectEvent(watch);
		}
	}

	private static void expectMaster(BlockingQueue<PgsqlRelation> relations, String host) throws InterruptedException {
		assertThat(relations.take().master()).isEqualTo(ConnectionString.parse("user=u host=" + host));
	}

	private static String json(String host) {
		return "{\"master\": \"host=" + host + " user=u\"}";
	}

	private static void change(Path file) throws IOException {
		change(file, "after");
	}

	private static void change(Path file, String content) throws IOException {
		Path beside = Files.writeString(file.resolveSibling("beside"), content);
		Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	private static void expectEvent(FolderWatch watch) throws InterruptedException {
		assertThat(watch.await(NEVER)).isTrue();
	}

}
