package io.github.jujupgsql.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@link RelationFileWatcher} does when the file system or the listener keeps it
 * waiting.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StuckWatcherTests {

	/** So long that only events can be what wakes the watcher. */
	private static final Duration NEVER = Duration.ofMinutes(10);

	private static final String READER = "pgsql-relation-reader";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final List<@Nullable String> masters = new CopyOnWriteArrayList<>();

	private final AtomicInteger listening = new AtomicInteger();

	private final Hang hang = new Hang();

	private volatile SnapshotReader.Opener opener = Files::newInputStream;

	private volatile Consumer<@Nullable String> listener = (master) -> {
	};

	@SuppressWarnings("NullAway.Init")
	private RelationFileWatcher watcher;

	@BeforeEach
	void createWatcher() throws IOException {
		rename("a");
		this.watcher = new RelationFileWatcher(new SnapshotReader(file(), (path) -> this.opener.open(path)),
				Duration.ofMillis(500), RelationExample.READER, NEVER, NEVER, Clock.systemUTC(), (relation) -> {
					assertThat(this.listening.incrementAndGet()).as("threads that hand over").isOne();
					try {
						ConnectionString master = relation.master();
						String host = (master != null) ? master.options().get("host") : null;
						this.masters.add(host);
						this.listener.accept(host);
					}
					finally {
						this.listening.decrementAndGet();
					}
				});
	}

	@AfterEach
	void close() {
		this.hang.end();
		this.watcher.close();
		await().until(() -> threads(READER).isEmpty());
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whenANamedPipeTakesItsPlaceAfterTheLookThenTheFileIsFollowedOn(CapturedOutput output) throws Exception {
		Path pipe = this.folder.resolve("pipe");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
		Path samePipe = Files.createLink(this.folder.resolve("same-pipe"), pipe);
		this.watcher.start();
		this.opener = (path) -> {
			this.opener = Files::newInputStream;
			Files.move(pipe, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
			return Files.newInputStream(path);
		};
		await().until(() -> {
			this.watcher.wake();
			return !Files.exists(pipe);
		});
		rename("b");
		expectMasters("a", "b");
		assertThat(this.watcher.getState().problem()).isNull();
		await().untilAsserted(() -> assertThat(output).containsOnlyOnce("is valid again"));
		assertThat(output).containsOnlyOnce("cannot be read within 500 ms");
		// in the operating system, which Java does not know for a wait
		assertThat(threads(READER)).anyMatch((thread) -> thread.getState() == Thread.State.RUNNABLE);
		// what it has been waiting for
		Files.newOutputStream(samePipe).close();
	}

	@Test
	void whenReadingHangsThenItIsToldAndTheLastGoodRelationStays(CapturedOutput output) throws Exception {
		this.watcher.start();
		this.opener = this.hang::open;
		rename("b");
		await().until(() -> this.watcher.getState().problem() != null);
		assertThat(this.watcher.getState().problem().message()).contains(file().toString(), "within 500 ms");
		assertThat(this.watcher.getState().relation().master()).isNotNull();
		this.opener = Files::newInputStream;
		this.watcher.wake();
		expectMasters("a", "b");
		assertThat(output).containsOnlyOnce("; the last good relation stays in use");
	}

	@Test
	void whenClosedWhileReadingHangsThenNothingIsHandedOverAfterwards() throws Exception {
		this.watcher.start();
		this.opener = this.hang::open;
		rename("b");
		this.hang.await();
		this.watcher.close();
		this.hang.end();
		awaitNoThread();
		assertThat(this.masters).containsExactly("a");
	}

	@Test
	void whenClosedWhileStartReadsForTheFirstTimeThenNothingIsHandedOver() throws Exception {
		this.opener = this.hang::open;
		CompletableFuture<Void> starting = CompletableFuture.runAsync(this.watcher::start);
		this.hang.await();
		this.watcher.close();
		this.hang.end();
		starting.get(10, TimeUnit.SECONDS);
		awaitNoThread();
		assertThat(this.masters).isEmpty();
		this.watcher.start();
		assertThat(this.masters).containsExactly("a");
	}

	@Test
	void whenStartedAgainWhileReadingHangsThenTheFileIsFollowedByOneThread() throws Exception {
		this.watcher.start();
		this.opener = this.hang::open;
		rename("b");
		this.hang.await();
		this.watcher.close();
		this.opener = Files::newInputStream;
		this.watcher.start();
		assertThat(this.masters).containsExactly("a", "b");
		this.hang.end();
		rename("c");
		expectMasters("a", "b", "c");
		await().until(() -> threads() == 1);
	}

	@Test
	void whenClosedWhileTheListenerHangsThenNothingElseIsHandedOver() throws Exception {
		hangInListener();
		rename("c");
		this.watcher.close();
		this.hang.end();
		awaitNoThread();
		assertThat(this.masters).containsExactly("a", "b");
	}

	@Test
	void whenStartedAgainWhileTheListenerHangsThenTheNextIsHandedOverWhenItHasComeBack() throws Exception {
		hangInListener();
		this.watcher.close();
		rename("c");
		this.watcher.start();
		assertThat(this.masters).containsExactly("a", "b");
		this.hang.end();
		expectMasters("a", "b", "c");
		rename("d");
		expectMasters("a", "b", "c", "d");
		await().until(() -> threads() == 1);
	}

	@Test
	void whenClosedAgainBeforeTheListenerHasComeBackThenNothingElseIsHandedOver() throws Exception {
		hangInListener();
		this.watcher.close();
		rename("c");
		this.watcher.start();
		this.watcher.close();
		this.hang.end();
		awaitNoThread();
		assertThat(this.masters).containsExactly("a", "b");
	}

	@Test
	void whenTheListenerClosesTheWatcherThenNothingElseIsHandedOver() throws Exception {
		this.watcher.start();
		this.listener = (master) -> this.watcher.close();
		rename("b");
		awaitNoThread();
		rename("c");
		assertThat(this.masters).containsExactly("a", "b");
		this.listener = (master) -> {
		};
		this.watcher.start();
		assertThat(this.masters).containsExactly("a", "b", "c");
	}

	private void hangInListener() throws Exception {
		this.watcher.start();
		this.listener = (master) -> {
			if ("b".equals(master)) {
				this.hang.hang();
			}
		};
		rename("b");
		this.hang.await();
	}

	private static void awaitNoThread() {
		await().until(() -> threads() == 0);
	}

	private static long threads() {
		return threads("pgsql-relation-watcher").size();
	}

	private static List<Thread> threads(String name) {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(name)).toList();
	}

	private void expectMasters(String... hosts) {
		await().until(() -> this.masters.size() >= hosts.length);
		assertThat(this.masters).containsExactly(hosts);
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

	private void rename(String host) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("relation.new"),
				"{\"master\": \"host=" + host + " user=u\"}");
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	/**
	 * Keeps threads waiting, whether they are interrupted or not, as a file system does.
	 */
	private static final class Hang {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch over = new CountDownLatch(1);

		InputStream open(Path path) throws IOException {
			hang();
			return Files.newInputStream(path);
		}

		void hang() {
			this.begun.countDown();
			boolean interrupted = false;
			while (this.over.getCount() > 0) {
				try {
					this.over.await();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}

		void await() throws InterruptedException {
			this.begun.await();
		}

		void end() {
			this.over.countDown();
		}

	}

}
