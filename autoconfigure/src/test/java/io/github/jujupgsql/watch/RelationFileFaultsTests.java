package io.github.jujupgsql.watch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@link RelationFileWatcher} does with files that it cannot use, and in
 * surroundings that give it a hard time.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class RelationFileFaultsTests {

	/** So long that only events can be what wakes the watcher. */
	private static final Duration NEVER = Duration.ofMinutes(10);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final List<@Nullable String> masters = new CopyOnWriteArrayList<>();

	private volatile Consumer<PgsqlRelation> listener = (relation) -> {
	};

	private Clock clock = Clock.systemUTC();

	private @Nullable RelationFileWatcher watcher;

	private @Nullable String @Nullable [] expected;

	@BeforeEach
	void writeFile() throws IOException {
		rename(json("a"));
	}

	@AfterEach
	void close() {
		if (this.watcher != null) {
			try (RelationFileWatcher watching = this.watcher) {
				assertThatNothingElseIsSeenBy(watching);
			}
		}
	}

	private void assertThatNothingElseIsSeenBy(RelationFileWatcher watching) {
		String[] all = this.expected;
		if (all != null) {
			await().during(Duration.ofMillis(100))
				.untilAsserted(() -> assertThat(this.masters).as("seen by %s", watching).containsExactly(all));
		}
	}

	@Test
	void whenOneStandbyIsInvalidThenItAloneIsLeftOut(CapturedOutput output) throws IOException {
		start();
		rename("{\"master\": \"host=b user=u\", \"standbys\": [\"host=c user=u\", \"host=d pasword=s3cret\"]}");
		expectMasters("a", "b");
		assertThat(state().relation().standbys()).containsExactly(ConnectionString.parse("host=c user=u"));
		assertThat(state().warnings()).singleElement().asString().contains("standbys[1]");
		awaitOutput(output, "standby left out");
		assertThat(output).containsOnlyOnce("standby left out").doesNotContain("s3cret");
	}

	@Test
	void whenFolderTakesItsPlaceThenTheLastGoodRelationStays(CapturedOutput output) throws IOException {
		start();
		Files.delete(file());
		Files.createDirectory(file());
		expectProblem(output, "is no regular file");
		Files.delete(file());
		rename(json("b"));
		expectMasters("a", "b");
		assertThat(state().problem()).isNull();
	}

	@Test
	void whenLinkToItselfTakesItsPlaceThenTheLastGoodRelationStays(CapturedOutput output) throws IOException {
		start();
		Files.delete(file());
		Files.createSymbolicLink(file(), file().getFileName());
		expectProblem(output, "Too many levels of symbolic links");
		Files.delete(file());
		rename(json("b"));
		expectMasters("a", "b");
		assertThat(state().problem()).isNull();
	}

	@Test
	void whenLinkLeadsNowhereThenTheFileCountsAsVanished() throws IOException {
		start(Duration.ZERO);
		Path nowhere = this.folder.resolve("nowhere");
		Files.createSymbolicLink(this.folder.resolve("link"), nowhere);
		Files.move(this.folder.resolve("link"), file(), StandardCopyOption.ATOMIC_MOVE);
		expectMasters("a", null);
		Files.writeString(nowhere, json("b"));
		expectMasters("a", null, "b");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whenNamedPipeTakesItsPlaceThenNobodyWaitsForIt(CapturedOutput output) throws Exception {
		Path pipe = this.folder.resolve("pipe");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
		start();
		Files.move(pipe, file(), StandardCopyOption.ATOMIC_MOVE);
		expectProblem(output, "is no regular file");
		rename(json("b"));
		expectMasters("a", "b");
	}

	@Test
	void whenFileIsTooLargeThenTheLastGoodRelationStays(CapturedOutput output) throws IOException {
		start();
		String large = json("b") + " ".repeat(RelationReader.MAXIMUM_SIZE - json("b").length());
		rename(large + " ");
		expectProblem(output, "is larger than 1 MiB");
		rename(large);
		expectMasters("a", "b");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whenFileMayNotBeReadThenTheLastGoodRelationStays() throws Exception {
		// root may read everything, unless it is root no more
		boolean root = Integer.valueOf(0).equals(Files.getAttribute(file(), "unix:uid"));
		List<String> ordinaryUser = root ? List.of("unshare", "-U") : List.of();
		assumeThat(!root || ForkedWatcher.works(ordinaryUser)).as("unshare can be used").isTrue();
		try (ForkedWatcher forked = ForkedWatcher.start(ordinaryUser, file(), "")) {
			forked.awaitOutput("master is a:5432");
			Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("---------"));
			forked.awaitOutput("and has the mode ---------; the last good relation stays in use");
			Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
			forked.awaitOutput("can be read again");
			rename(json("b"));
			forked.awaitOutput("master is b:5432");
			assertThat(forked.output()).containsOnlyOnce("stays in use").doesNotContain("gone");
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void whenOwnerChangesThenTheFileIsUsedAsSoonAsItCanBeReadAgain() throws Exception {
		assumeThat(Files.getAttribute(file(), "unix:uid")).as("owners can be changed by root").isEqualTo(0);
		List<String> ordinaryUser = List.of("unshare", "-U");
		assumeThat(ForkedWatcher.works(ordinaryUser)).as("unshare can be used").isTrue();
		try (ForkedWatcher forked = ForkedWatcher.start(ordinaryUser, file(), "")) {
			forked.awaitOutput("master is a:5432");
			Files.setAttribute(file(), "unix:uid", 12345);
			forked.awaitOutput("and has the mode rw-------; the last good relation stays in use");
			Files.setAttribute(file(), "unix:uid", 0);
			forked.awaitOutput("can be read again");
			Path beside = Files.writeString(this.folder.resolve("beside"), json("b"));
			Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-------"));
			Files.setAttribute(beside, "unix:uid", 12345);
			Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE);
			await().until(() -> forked.output().split("stays in use", -1).length == 3);
			assertThat(forked.output()).doesNotContain("master is b");
			Files.setAttribute(file(), "unix:uid", 0);
			forked.awaitOutput("master is b:5432");
		}
	}

	@ParameterizedTest
	@EnabledOnOs(OS.LINUX)
	@CsvSource({ "max_inotify_instances, 3, hoard", "max_inotify_watches, 0, ''" })
	void whenNoWatchCanBeHadThenOneWarningTellsAndPollingDoes(String limit, String value, String mode)
			throws Exception {
		// a limit of its own, since others need theirs
		List<String> limited = List.of("unshare", "-Ur", "sh", "-c",
				"echo " + value + " > /proc/sys/user/" + limit + " && exec \"$@\"", "sh");
		assumeThat(ForkedWatcher.works(limited)).as("limits can be set").isTrue();
		try (ForkedWatcher forked = ForkedWatcher.start(limited, file(), mode)) {
			forked.awaitOutput("master is a:5432");
			rename(json("b"));
			forked.awaitOutput("master is b:5432");
			Files.writeString(file(), json("c"));
			forked.awaitOutput("master is c:5432");
			assertThat(forked.output()).containsPattern("Cannot watch .* \\(User limit of inotify.*polling it every");
			assertThat(forked.output()).containsOnlyOnce("polling it every juju.pgsql.poll-interval instead");
		}
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whenModeChangesThenOneWarningTellsOfEachThatLetsOthersRead(CapturedOutput output) throws IOException {
		rename("{\"master\": \"host=a user=u\"}");
		mode("rw-r--r--");
		start();
		Files.writeString(file(), "{\"master\": \"host=b user=u password=s3cret\"}");
		awaitOutput(output, "(rw-r--r--)");
		mode("rw-------");
		mode("rw-r-----");
		awaitOutput(output, "(rw-r-----)");
		Files.writeString(file(), "{\"master\": \"host=c user=u password=s3cret\"}");
		expectMasters("a", "b", "c");
		mode("rw-------");
		mode("rw-r--r--");
		await().until(() -> warnings(output) == 3);
		assertThat(output).doesNotContain("s3cret");
	}

	@ParameterizedTest
	@ValueSource(classes = { IllegalStateException.class, LinkageError.class })
	void whenListenerThrowsThenItGetsTheRelationAgainAtTheNextLook(Class<? extends Throwable> fault,
			CapturedOutput output) throws Exception {
		Throwable thrown = fault.getConstructor(String.class).newInstance("expected");
		start();
		this.listener = (relation) -> RelationFileFaultsTests.<RuntimeException>sneak(thrown);
		rename(json("b"));
		await().until(() -> {
			watcher().wake();
			return Collections.frequency(this.masters, "b") >= 5;
		});
		AtomicInteger taken = new AtomicInteger();
		this.listener = (relation) -> taken.incrementAndGet();
		await().until(() -> {
			watcher().wake();
			return taken.get() > 0;
		});
		rename(json("c"));
		await().until(() -> this.masters.get(this.masters.size() - 1), "c"::equals);
		assertThat(taken).as("once each").hasValue(2);
		assertThat(output).containsOnlyOnce("Failed to act on relation file");
	}

	@Test
	void whenListenerFailsThenTheFileIsStillFollowed(CapturedOutput output) throws IOException {
		start();
		this.listener = (relation) -> {
			throw new IllegalStateException("failed for " + this.masters.get(this.masters.size() - 1));
		};
		for (int round = 0; round < 3; round++) {
			for (String host : List.of("b", "c")) {
				Files.writeString(file(), json(host));
				await().until(() -> this.masters.get(this.masters.size() - 1), host::equals);
			}
		}
		awaitOutput(output, "failed for c");
		assertThat(output).containsOnlyOnce("failed for b").containsOnlyOnce("failed for c");
	}

	@Test
	void whenListenerFailsDifferentlyEachTimeThenItIsToldTenTimes(CapturedOutput output) throws IOException {
		start();
		AtomicInteger failures = new AtomicInteger();
		this.listener = (relation) -> {
			throw new IllegalStateException("failure " + failures.incrementAndGet());
		};
		rename(json("b"));
		await().until(() -> {
			watcher().wake();
			return failures.get() > 30;
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains("Failed to act on relation file")))
			.hasSize(10);
	}

	@Test
	void whenListenerFailsAndTheFormerRelationComesBackThenItIsHandedOver() throws IOException {
		start();
		this.listener = (relation) -> {
			throw new IllegalStateException("expected");
		};
		rename(json("b"));
		await().until(() -> this.masters.contains("b"));
		this.listener = (relation) -> {
		};
		rename(json("a"));
		// nobody knows how much of the other one it has acted on
		await().until(() -> this.masters.get(this.masters.size() - 1), "a"::equals);
	}

	@Test
	void whenThousandsOfStandbysAreInvalidThenTenWarningsAndASummaryTell(CapturedOutput output) throws IOException {
		start();
		rename(hostile("b", 60_000));
		expectMasters("a", "b");
		awaitOutput(output, ": 59990 more like these");
		assertThat(warningsOfStandbys(output)).isEqualTo(10);
		assertThat(state().warnings()).hasSize(11).last().isEqualTo("59990 more like these");
		rename(hostile("c", 60_000));
		expectMasters("a", "b", "c");
		rename(hostile("d", 5));
		expectMasters("a", "b", "c", "d");
		assertThat(state().warnings()).hasSize(5);
		assertThat(warningsOfStandbys(output)).as("nothing is told again").isEqualTo(10);
		assertThat(output).containsOnlyOnce("more like these");
	}

	private static String hostile(String master, int standbys) {
		return "{\"master\": \"host=" + master + " user=u\", \"standbys\": ["
				+ String.join(",", Collections.nCopies(standbys, "\"x\"")) + "]}";
	}

	private static long warningsOfStandbys(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("standby left out")).count();
	}

	@Test
	void whenEventsOverflowThenTheChangeIsStillFound() throws Exception {
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		start();
		this.listener = (relation) -> {
			busy.countDown();
			uninterruptibly(done);
		};
		rename(json("b"));
		busy.await();
		rename(json("c"));
		for (int i = 0; i < 5000; i++) {
			Files.delete(Files.createFile(this.folder.resolve("neighbour-" + i)));
		}
		done.countDown();
		expectMasters("a", "b", "c");
	}

	@Test
	void whenNeighboursAreBusyThenAChangeInPlaceStillSettles() throws Exception {
		start();
		try (Neighbour one = new Neighbour(this.folder, 1); Neighbour two = new Neighbour(this.folder, 2)) {
			one.awaitWrites(1000);
			two.awaitWrites(1000);
			Files.writeString(file(), json("b"));
			expectMasters("a", "b");
		}
	}

	@Test
	void whenNeighbourIsBusyThenTheFileIsNotLookedAtEachTime() throws Exception {
		int looks = 0;
		try (FolderWatch watch = new FolderWatch(file()); Neighbour neighbour = new Neighbour(this.folder, 1)) {
			watch.refresh();
			while (neighbour.writes() < 5000) {
				// up to 512 events are told of one by one
				long before = System.nanoTime();
				watch.await(Duration.ofMillis(100));
				looks += (System.nanoTime() - before < Duration.ofMillis(100).toNanos()) ? 1 : 0;
			}
			assertThat(looks).isLessThan(neighbour.writes() / 50);
		}
	}

	@Test
	void whenFolderIsDeletedAndMadeAgainManyTimesThenTheFileIsStillFollowed() throws IOException {
		Path parent = Files.createDirectory(this.folder.resolve("parent"));
		Path inner = Files.writeString(parent.resolve("relation"), json("a"));
		start(inner, NEVER);
		String[] expected = new String[31];
		Arrays.setAll(expected, (i) -> (i == 0) ? "a" : "h" + i);
		for (int i = 1; i < expected.length; i++) {
			Files.delete(inner);
			Files.delete(parent);
			Files.createDirectory(parent);
			Files.writeString(inner, json(expected[i]));
			String[] seen = Arrays.copyOf(expected, i + 1);
			await().untilAsserted(() -> assertThat(this.masters).containsExactly(seen));
		}
	}

	@Test
	void whenAnyLinkOfAChainIsSwappedThenTheFileAtItsEndIsFollowed() throws IOException {
		Path first = Files.createDirectories(this.folder.resolve("etc/app"));
		Path second = Files.createDirectories(this.folder.resolve("mnt/config"));
		Path third = Files.createDirectories(this.folder.resolve("var/data"));
		Files.writeString(third.resolve("one"), json("a"));
		Path[] links = { first.resolve("relation"), second.resolve("relation"), second.resolve("..data"),
				third.resolve("current") };
		Files.createSymbolicLink(links[0], links[1]);
		Files.createSymbolicLink(links[1], Path.of("..data", "current"));
		Files.createSymbolicLink(links[2], Path.of("..", "..", "var", "data"));
		Files.createSymbolicLink(links[3], Path.of("one"));
		start(links[0], NEVER);
		List<String> expected = new ArrayList<>(List.of("a"));
		for (int round = 0; round < 5; round++) {
			for (int i = 0; i < links.length; i++) {
				String host = "h" + round + i;
				expected.add(host);
				Path other = Files.createDirectories(this.folder.resolve("other-" + host));
				Files.writeString(other.resolve("current"), json(host));
				Path link = Files.createSymbolicLink(this.folder.resolve("swap"),
						(i == 2) ? other : other.resolve("current"));
				Path kept = Files.readSymbolicLink(links[i]);
				Files.move(link, links[i], StandardCopyOption.ATOMIC_MOVE);
				expectMasters(expected.toArray(String[]::new));
				expected.add("a");
				Files.move(Files.createSymbolicLink(this.folder.resolve("swap"), kept), links[i],
						StandardCopyOption.ATOMIC_MOVE);
				expectMasters(expected.toArray(String[]::new));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "1970-01-01T00:00:00Z", "2001-09-09T01:46:40Z", "2106-02-07T06:28:15Z" })
	void whenTheClockThatSetItsTimesWasWrongThenTheFileIsFollowedAllTheSame(Instant time) throws IOException {
		start();
		Files.writeString(file(), json("b"));
		Files.setLastModifiedTime(file(), FileTime.from(time));
		expectMasters("a", "b");
		// the same size and the same time as before
		Files.writeString(file(), json("c"));
		Files.setLastModifiedTime(file(), FileTime.from(time));
		expectMasters("a", "b", "c");
		Path beside = Files.writeString(this.folder.resolve("beside"), json("d"));
		Files.setLastModifiedTime(beside, FileTime.from(time));
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE);
		Files.setLastModifiedTime(this.folder, FileTime.from(time.minusSeconds(60)));
		expectMasters("a", "b", "c", "d");
	}

	@ParameterizedTest
	@ValueSource(longs = { -40_000, 40_000 })
	void whenTheClockJumpsThenAVanishedFileStillHasItsGracePeriod(long days) throws IOException {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
		InstantSource source = now::get;
		this.clock = source.withZone(ZoneOffset.UTC);
		start();
		assertThat(state().readAt()).isEqualTo(now.get());
		Files.delete(file());
		looks(3);
		now.updateAndGet((instant) -> instant.plus(days, ChronoUnit.DAYS));
		looks(3);
		expectMasters("a");
		rename(json("b"));
		expectMasters("a", "b");
		assertThat(state().readAt()).isEqualTo(now.get());
	}

	@Test
	void whenAnotherFolderHasTheNameThenItIsWatchedFromTheNextLookOn() throws Exception {
		Path parent = Files.createDirectory(this.folder.resolve("parent"));
		Path inner = Files.writeString(parent.resolve("relation"), json("a"));
		try (FolderWatch watch = new FolderWatch(inner)) {
			watch.refresh();
			Files.move(parent, this.folder.resolve("former"));
			Files.createDirectory(parent);
			watch.refresh();
			Files.writeString(inner, json("b"));
			assertThat(watch.await(NEVER)).isTrue();
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void whenStartFailsThenNoWatchIsLeftBehind() throws IOException {
		long before = inotifyInstances();
		rename("s3cret");
		assertThatExceptionOfType(RelationFileException.class).isThrownBy(this::start);
		await().until(() -> inotifyInstances() <= before);
	}

	private static long inotifyInstances() throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.filter((descriptor) -> {
				try {
					return Files.readSymbolicLink(descriptor).toString().contains("inotify");
				}
				catch (IOException ex) {
					return false;
				}
			}).count();
		}
	}

	private void start() {
		start(NEVER);
	}

	private void start(Duration grace) {
		start(file(), grace);
	}

	private void start(Path path, Duration grace) {
		this.watcher = new RelationFileWatcher(path, RelationExample.READER, NEVER, grace, this.clock, (relation) -> {
			ConnectionString master = relation.master();
			this.masters.add((master != null) ? master.options().get("host") : null);
			this.listener.accept(relation);
		});
		this.watcher.start();
	}

	private RelationState state() {
		return watcher().getState();
	}

	private RelationFileWatcher watcher() {
		assertThat(this.watcher).isNotNull();
		return this.watcher;
	}

	/** Have the watcher look at the file so many times. */
	private void looks(int times) {
		long before = waits();
		await().until(() -> {
			watcher().wake();
			// for the file system, too
			return waits() > before + 2L * times;
		});
	}

	private static long waits() {
		long[] threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("pgsql-relation-watcher"))
			.mapToLong(Thread::getId)
			.toArray();
		assertThat(threads).hasSize(1);
		return ManagementFactory.getThreadMXBean().getThreadInfo(threads[0]).getWaitedCount();
	}

	private void expectMasters(@Nullable String... hosts) {
		await().until(() -> this.masters.size() >= hosts.length);
		assertThat(this.masters).containsExactly(hosts);
		this.expected = hosts;
	}

	private void expectProblem(CapturedOutput output, String message) {
		await().until(() -> state().problem() != null);
		assertThat(state().problem().message()).contains(file().toString(), message);
		assertThat(state().relation().master()).isNotNull();
		awaitOutput(output, "stays in use");
		assertThat(output).containsOnlyOnce("; the last good relation stays in use");
	}

	private static void awaitOutput(CapturedOutput output, String expected) {
		await().until(output::getAll, (text) -> text.contains(expected));
	}

	private static long warnings(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("can be read by more than its owner")).count();
	}

	private void mode(String permissions) throws IOException {
		Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

	private void rename(String content) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("relation.new"), content);
		Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-------"));
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	private static String json(String host) {
		return "{\"master\": \"host=" + host + " user=u\"}";
	}

	private static void uninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable fault) throws T {
		throw (T) fault;
	}

}
