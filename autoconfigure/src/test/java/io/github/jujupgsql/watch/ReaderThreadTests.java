package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ReaderThread}.
 */
@Timeout(60)
class ReaderThreadTests {

	private static final Duration NEVER = Duration.ofMinutes(10);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	private final AtomicInteger running = new AtomicInteger();

	@BeforeEach
	void writeFile() throws IOException {
		Files.writeString(file(), "content");
	}

	@Test
	void whenTheFileCanBeReadThenThatIsWhatWasFound() {
		try (ReaderThread reader = new ReaderThread(new SnapshotReader(file()), NEVER, this.running)) {
			assertThat(reader.read()).isInstanceOfSatisfying(FileSnapshot.Content.class,
					(content) -> assertThat(content.bytes()).asString().isEqualTo("content"));
		}
		await().until(() -> this.running.get() == 0);
	}

	@Test
	void whenItReadsAgainThenTheSameThreadDoes() {
		List<Thread> threads = new CopyOnWriteArrayList<>();
		try (ReaderThread reader = new ReaderThread(new SnapshotReader(file(), (path) -> {
			threads.add(Thread.currentThread());
			return Files.newInputStream(path);
		}), NEVER, this.running)) {
			reader.read();
			await().until(() -> threads.get(0).getState() == Thread.State.WAITING);
			reader.read();
		}
		assertThat(threads).hasSize(2);
		assertThat(Set.copyOf(threads)).hasSize(1);
		await().until(() -> !threads.get(0).isAlive());
	}

	@Test
	void whenReadingHangsThenNoMoreThreadsThanThereMayBeAreLeftBehind() {
		CountDownLatch over = new CountDownLatch(1);
		AtomicInteger begun = new AtomicInteger();
		SnapshotReader hanging = new SnapshotReader(file(), (path) -> {
			begun.incrementAndGet();
			uninterruptibly(over);
			return Files.newInputStream(path);
		});
		try (ReaderThread reader = new ReaderThread(hanging, Duration.ofMillis(1), this.running)) {
			for (int i = 0; i < 3 * ReaderThread.MOST; i++) {
				assertThat(reader.read()).isInstanceOf(FileSnapshot.Unreadable.class);
			}
			assertThat(this.running).hasValue(ReaderThread.MOST);
			over.countDown();
			await().until(() -> this.running.get() == 0);
			assertThat(begun).hasValue(ReaderThread.MOST);
		}
		try (ReaderThread reader = new ReaderThread(hanging, NEVER, this.running)) {
			assertThat(reader.read()).isInstanceOf(FileSnapshot.Content.class);
		}
	}

	@Test
	void whenItIsInterruptedThenItLooksToTheEndAndStaysInterrupted() {
		try (ReaderThread reader = new ReaderThread(new SnapshotReader(file()), NEVER, this.running)) {
			Thread.currentThread().interrupt();
			assertThat(reader.read()).isInstanceOf(FileSnapshot.Content.class);
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void whenItIsClosedThenNobodyWaitsAndNothingIsRead() throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch over = new CountDownLatch(1);
		ReaderThread reader = new ReaderThread(new SnapshotReader(file(), (path) -> {
			reading.countDown();
			uninterruptibly(over);
			return Files.newInputStream(path);
		}), NEVER, this.running);
		Thread waiting = new Thread(reader::read);
		waiting.start();
		reading.await();
		reader.close();
		waiting.join();
		assertThat(this.running).hasValue(1);
		assertThat(reader.read()).isInstanceOf(FileSnapshot.Unreadable.class);
		assertThat(this.running).hasValue(1);
		over.countDown();
		await().until(() -> this.running.get() == 0);
	}

	@Test
	void whenLookingFailsThenThatIsThrown() {
		IllegalArgumentException fault = new IllegalArgumentException("expected");
		try (ReaderThread reader = new ReaderThread(new SnapshotReader(file(), (path) -> {
			throw fault;
		}), NEVER, this.running)) {
			assertThatIllegalStateException().isThrownBy(reader::read).withCause(fault);
		}
	}

	private static void uninterruptibly(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				// as a file system that is asked to open a file
			}
		}
	}

	private Path file() {
		return this.folder.resolve("relation");
	}

}
