package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RelationFileWatcher} with real files.
 */
@ExtendWith(OutputCaptureExtension.class)
class RelationFileWatcherTests {

	/** So long that only events can be what wakes the watcher. */
	private static final Duration NEVER = Duration.ofMinutes(10);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final List<@Nullable ConnectionString> masters = new CopyOnWriteArrayList<>();

	private Duration pollInterval = NEVER;

	private Duration grace = Duration.ofMillis(50);

	private @Nullable RelationFileWatcher watcher;

	@AfterEach
	void close() {
		if (this.watcher != null) {
			this.watcher.close();
		}
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("pgsql-relation-watcher");
	}

	@Test
	void whenFileIsThereAtStartThenItsRelationIsHandedOverBeforeStartReturns() throws IOException {
		rename(json("a"));
		start();
		assertThat(this.masters).containsExactly(master("a"));
	}

	@Test
	void whenFileAppearsThenItsRelationIsHandedOver() throws IOException {
		start();
		rename(json("a"));
		expectMasters("a");
	}

	@Test
	void whenItsFolderAppearsThenItsRelationIsHandedOver() throws IOException {
		Path later = this.folder.resolve("some/where/relation.json");
		start(later);
		Files.createDirectories(later.getParent());
		Files.writeString(later, json("a"));
		expectMasters("a");
	}

	@Test
	void whenFileIsRenamedOverThenTheNewRelationIsHandedOver() throws IOException {
		rename(json("a"));
		start();
		rename(json("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenFileIsWrittenInPlaceThenTheNewRelationIsHandedOver() throws IOException {
		rename(json("a"));
		start();
		Files.writeString(file(), yaml("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenContentStaysTheSameThenNothingIsHandedOver() throws IOException {
		rename(json("a"));
		start();
		rename(json("a"));
		rename(json("a") + "\n");
		rename(json("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenFileIsWrittenByteByByteThenOldAndNewAreAllThatIsSeen() throws IOException {
		rename(yaml("a"));
		start();
		String next = yaml("b") + "standbys:\n- host=c user=u\n- host=d user=u\n";
		Files.writeString(file(), "", StandardOpenOption.TRUNCATE_EXISTING);
		for (byte b : next.getBytes(StandardCharsets.UTF_8)) {
			Files.write(file(), new byte[] { b }, StandardOpenOption.APPEND);
			pause(Duration.ofMillis(2));
		}
		expectMasters("a", "b");
		assertThat(state().relation().standbys()).hasSize(2);
	}

	@Test
	void whenJsonIsOverwrittenWithoutBeingTruncatedThenNoMixtureIsSeen() throws IOException {
		Files.writeString(file(), json("a"));
		start();
		byte[] next = json("b").getBytes(StandardCharsets.UTF_8);
		try (var channel = Files.newByteChannel(file(), StandardOpenOption.WRITE)) {
			for (byte b : next) {
				channel.write(java.nio.ByteBuffer.wrap(new byte[] { b }));
				pause(Duration.ofMillis(2));
			}
		}
		expectMasters("a", "b");
	}

	@Test
	void whenFileGetsBrokenThenTheLastGoodRelationStaysAndOneWarningTellsWhy(CapturedOutput output) throws IOException {
		rename(json("a"));
		start();
		rename("{\"master\": \"host=b user=u pasword=s3cret\"}");
		await().untilAsserted(() -> assertThat(state().problem()).isNotNull());
		assertThat(state().invalidReads()).isOne();
		assertThat(state().problem().message()).contains(file().toString(), "'master'").doesNotContain("s3cret");
		await().untilAsserted(() -> assertThat(output).containsOnlyOnce("the last good relation stays in use"));
		assertThat(output).doesNotContain("s3cret");
		rename(json("b"));
		expectMasters("a", "b");
		assertThat(state().problem()).isNull();
	}

	@Test
	void whenFileVanishesForGoodThenTheRelationIsBroken() throws IOException {
		rename(json("a"));
		start();
		Files.delete(file());
		await().untilAsserted(() -> assertThat(this.masters).containsExactly(master("a"), null));
		rename(json("a"));
		await().untilAsserted(() -> assertThat(this.masters).containsExactly(master("a"), null, master("a")));
	}

	@Test
	void whenFileComesBackWithinTheGracePeriodThenNothingHappens() throws IOException {
		this.grace = NEVER;
		rename(json("a"));
		start();
		Files.delete(file());
		rename(json("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenSymbolicLinkIsSwappedThenTheNewRelationIsHandedOver() throws IOException {
		Path one = Files.createDirectory(this.folder.resolve("..1"));
		Path two = Files.createDirectory(this.folder.resolve("..2"));
		Files.writeString(one.resolve("relation"), json("a"));
		Files.writeString(two.resolve("relation"), json("b"));
		Files.createSymbolicLink(this.folder.resolve("..data"), one.getFileName());
		Files.createSymbolicLink(file(), Path.of("..data", "relation"));
		start();
		Path next = Files.createSymbolicLink(this.folder.resolve("..next"), two.getFileName());
		Files.move(next, this.folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
		expectMasters("a", "b");
		Files.writeString(two.resolve("relation"), json("c"));
		expectMasters("a", "b", "c");
	}

	@Test
	void whenFolderIsReplacedThenTheFileIsStillFollowed() throws IOException {
		this.grace = NEVER;
		Path parent = Files.createDirectory(this.folder.resolve("parent"));
		Files.writeString(parent.resolve("relation"), json("a"));
		start(parent.resolve("relation"));
		Files.delete(parent.resolve("relation"));
		Files.delete(parent);
		Files.createDirectory(parent);
		Files.writeString(parent.resolve("relation"), json("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenNoEventComesThenPollingFindsTheChange() throws IOException {
		this.pollInterval = Duration.ofMillis(10);
		Path real = Files.createDirectories(this.folder.resolve("real/deep"));
		Files.writeString(real.resolve("relation"), json("a"));
		start(real.resolve("relation"));
		Path other = Files.createDirectories(this.folder.resolve("other/deep"));
		Files.writeString(other.resolve("relation"), json("b"));
		// nothing watches the folder above the folder
		Files.move(this.folder.resolve("real"), this.folder.resolve("gone"));
		Files.move(this.folder.resolve("other"), this.folder.resolve("real"));
		expectMasters("a", "b");
	}

	@Test
	void whenFileIsBrokenAtStartThenStartFailsWithTheReason() throws IOException {
		rename("{\"masters\": \"s3cret\"}");
		assertThatExceptionOfType(RelationFileException.class).isThrownBy(this::start)
			.withMessageContaining(file().toString())
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	void whenFileIsAFolderThenStartFailsWithTheReason() throws IOException {
		Files.createDirectory(file());
		assertThatExceptionOfType(RelationFileException.class).isThrownBy(this::start)
			.withMessageContaining("is no regular file");
	}

	@Test
	void whenOthersCanReadThePasswordThenOneWarningTells(CapturedOutput output) throws IOException {
		rename("{\"master\": \"host=a user=u password=s3cret\"}");
		Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
		start();
		assertThat(output).containsOnlyOnce("can be read by more than its owner (rw-r--r--)");
		assertThat(output).doesNotContain("s3cret");
	}

	private void start() {
		start(file());
	}

	private void start(Path path) {
		this.watcher = new RelationFileWatcher(path, new RelationReader(WantedDatabase.ANY), this.pollInterval,
				this.grace, Clock.systemUTC(), this::handOver);
		this.watcher.start();
	}

	private void handOver(PgsqlRelation relation) {
		this.masters.add(relation.master());
	}

	private RelationState state() {
		assertThat(this.watcher).isNotNull();
		return this.watcher.getState();
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

	private void rename(String content) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("relation.new"), content);
		Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-------"));
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	private void expectMasters(String... hosts) {
		List<ConnectionString> expected = List.of(hosts).stream().map(RelationFileWatcherTests::master).toList();
		await().untilAsserted(() -> assertThat(this.masters).hasSizeGreaterThanOrEqualTo(expected.size()));
		assertThat(this.masters).isEqualTo(expected);
	}

	private static ConnectionString master(String host) {
		return ConnectionString.parse("host=" + host + " user=u");
	}

	private static String json(String host) {
		return "{\"master\": \"host=" + host + " user=u\"}";
	}

	private static String yaml(String host) {
		return "master: host=" + host + " user=u\n";
	}

	/** The pace of a writer, not a wait for the watcher. */
	private static void pause(Duration duration) {
		java.util.concurrent.locks.LockSupport.parkNanos(duration.toNanos());
	}

}
