package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.relation.ConnectionString;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what wakes the watcher when no event of the file system does.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class WakingTests {

	/** So long that only being woken can end it. */
	private static final Duration NEVER = Duration.ofMinutes(10);

	private static final int WAKERS = 3;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final List<@Nullable String> masters = new CopyOnWriteArrayList<>();

	private @Nullable RelationFileWatcher watcher;

	@AfterEach
	void close() {
		if (this.watcher != null) {
			this.watcher.close();
		}
	}

	@Test
	void whoeverWakesEndsAWaitThatBeginsBeforeOrAfterAndNoInterruptOutlivesIt() throws Exception {
		WakeableWait waker = new WakeableWait();
		CountDownLatch never = new CountDownLatch(1);
		race(waker::wake, 20_000, () -> waker.await(never::await));
	}

	@Test
	void whoeverWakesWhileThereAreEventsNeitherGetsLostNorHitsTheReading() throws Exception {
		Files.writeString(file(), json("a"));
		SnapshotReader reader = new SnapshotReader(file());
		try (FolderWatch watch = new FolderWatch(file()); Neighbour neighbour = new Neighbour(this.folder, 1)) {
			race(watch::wake, 2_000, () -> {
				assertThat(watch.await(NEVER)).isTrue();
				watch.refresh();
				assertThat(reader.read()).isInstanceOf(FileSnapshot.Content.class);
			});
		}
	}

	/**
	 * Have several threads wake one, each waiting until that has been heard before it
	 * wakes again.
	 */
	private static void race(Runnable wake, int rounds, WakeableWait.Wait step) throws Exception {
		AtomicInteger asked = new AtomicInteger();
		AtomicInteger heard = new AtomicInteger();
		AtomicBoolean over = new AtomicBoolean();
		CompletableFuture<Void> waiting = async(() -> {
			while (!over.get()) {
				step.await();
				assertThat(Thread.interrupted()).as("an interrupt outlived the wait").isFalse();
				heard.accumulateAndGet(asked.get(), Math::max);
			}
		});
		List<CompletableFuture<Void>> waking = new ArrayList<>();
		for (int i = 0; i < WAKERS; i++) {
			waking.add(async(() -> {
				for (int round = 0; round < rounds; round++) {
					int number = asked.incrementAndGet();
					wake.run();
					while (heard.get() < number && !waiting.isDone()) {
						Thread.onSpinWait();
					}
				}
			}));
		}
		for (CompletableFuture<Void> waker : waking) {
			waker.get(50, TimeUnit.SECONDS);
		}
		over.set(true);
		wake.run();
		waiting.get(10, TimeUnit.SECONDS);
	}

	@Test
	void whoeverInterruptsForAnotherReasonIsHeard() throws Exception {
		WakeableWait waker = new WakeableWait();
		CountDownLatch never = new CountDownLatch(1);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> waker.await(never::await));
		AtomicBoolean interrupted = new AtomicBoolean();
		Thread other = new Thread(() -> {
			try {
				waker.await(never::await);
			}
			catch (InterruptedException ex) {
				interrupted.set(true);
			}
		});
		other.start();
		await().until(() -> other.getState() == Thread.State.WAITING);
		other.interrupt();
		other.join();
		assertThat(interrupted).isTrue();
	}

	@Test
	void whenNoEventTellsOfAChangeThenWhoeverWakesHasItFound() throws IOException {
		Path real = Files.createDirectories(this.folder.resolve("real/deep"));
		Files.writeString(real.resolve("relation"), json("a"));
		follow(real.resolve("relation"));
		for (int i = 1; i <= 50; i++) {
			Path other = Files.createDirectories(this.folder.resolve("other-" + i + "/deep"));
			Files.writeString(other.resolve("relation"), json("b" + i));
			// nothing watches the folder above the folder
			Files.move(this.folder.resolve("real"), this.folder.resolve("gone-" + i));
			Files.move(this.folder.resolve("other-" + i), this.folder.resolve("real"));
			watcher().wake();
			String expected = "b" + i;
			await().until(() -> this.masters.get(this.masters.size() - 1), expected::equals);
		}
		assertThat(this.masters).hasSize(51);
	}

	@Test
	void whenTheFileChangesWhileManyWakeTheWatcherThenOldAndNewAreAllThatIsSeen(CapturedOutput output)
			throws Exception {
		rename(json("h0"));
		follow(file());
		AtomicBoolean over = new AtomicBoolean();
		List<CompletableFuture<Void>> waking = new ArrayList<>();
		for (int i = 0; i < WAKERS; i++) {
			waking.add(async(() -> {
				while (!over.get()) {
					watcher().wake();
					Thread.onSpinWait();
				}
			}));
		}
		List<String> expected = new ArrayList<>(List.of("h0"));
		for (int i = 1; i <= 60; i++) {
			expected.add("h" + i);
			rename(json("h" + i));
			await().until(() -> this.masters.size() >= expected.size());
		}
		over.set(true);
		for (CompletableFuture<Void> waker : waking) {
			waker.get(10, TimeUnit.SECONDS);
		}
		assertThat(this.masters).isEqualTo(expected);
		assertThat(watcher().getState().problem()).isNull();
		assertThat(output).doesNotContain("stays in use").doesNotContain("Failed to act");
	}

	@Test
	void whenSomebodyInterruptsTheWatcherThenTheFileIsStillFollowed() throws IOException {
		rename(json("a"));
		follow(file());
		Thread thread = watchers().get(0);
		for (int i = 0; i < 30; i++) {
			await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
			thread.interrupt();
		}
		rename(json("b"));
		await().until(() -> this.masters, List.of("a", "b")::equals);
		assertThat(thread.isAlive()).isTrue();
	}

	@Test
	void whoeverWakesAWatcherThatIsNotFollowingDoesNoHarm() throws IOException {
		rename(json("a"));
		RelationFileWatcher notYet = watcher(file());
		notYet.wake();
		notYet.start();
		notYet.close();
		notYet.wake();
		assertThat(this.masters).containsExactly("a");
		assertThat(watchers()).isEmpty();
	}

	@Test
	void whenStoppedAndStartedThenWhatChangedMeanwhileIsHandedOverBeforeStartReturns() throws IOException {
		rename(json("h0"));
		RelationFileWatcher following = follow(file());
		List<String> expected = new ArrayList<>(List.of("h0"));
		for (int i = 1; i <= 50; i++) {
			following.close();
			assertThat(watchers()).isEmpty();
			expected.add("h" + i);
			rename(json("h" + i));
			following.start();
			assertThat(this.masters).isEqualTo(expected);
			following.start();
			assertThat(watchers()).hasSize(1);
		}
		rename(json("last"));
		await().until(() -> this.masters.contains("last"));
	}

	@Test
	void whenTheFileIsBrokenOrGoneAfterAStopThenTheLastGoodRelationStays() throws IOException {
		rename(json("a"));
		RelationFileWatcher following = follow(file());
		following.close();
		rename("{");
		following.start();
		await().until(() -> following.getState().problem() != null);
		following.close();
		Files.delete(file());
		following.start();
		following.close();
		rename(json("b"));
		following.start();
		assertThat(following.getState().problem()).isNull();
		assertThat(this.masters).containsExactly("a", "b");
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(1));
	}

	private RelationFileWatcher follow(Path path) {
		RelationFileWatcher following = watcher(path);
		following.start();
		return following;
	}

	private RelationFileWatcher watcher(Path path) {
		RelationFileWatcher created = new RelationFileWatcher(path, RelationExample.READER, NEVER, NEVER,
				Clock.systemUTC(), (relation) -> {
					ConnectionString master = relation.master();
					this.masters.add((master != null) ? master.options().get("host") : null);
				});
		this.watcher = created;
		return created;
	}

	private RelationFileWatcher watcher() {
		assertThat(this.watcher).isNotNull();
		return this.watcher;
	}

	private static List<Thread> watchers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("pgsql-relation-watcher"))
			.toList();
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

	private void rename(String content) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("relation.new"), content);
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	private static String json(String host) {
		return "{\"master\": \"host=" + host + " user=u\"}";
	}

	private static CompletableFuture<Void> async(WakeableWait.Wait work) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		new Thread(() -> {
			try {
				work.await();
				done.complete(null);
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
			}
		}).start();
		return done;
	}

}
