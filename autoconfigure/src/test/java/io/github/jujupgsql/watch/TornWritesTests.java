package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.relation.PgsqlRelation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes real files slowly, in each way and from each example to another, while the
 * watcher looks on: it must see the old relation, then the new one. {@code -Dtorn.rounds}
 * makes it more.
 */
class TornWritesTests {

	private static final int ROUNDS = Integer.getInteger("torn.rounds", 1);

	/** Each has a watcher, and a user has 128 inotify instances on common settings. */
	private static final int FILES = 12;

	/** In as many parts come the steps, of which each watcher has one. */
	private static final int SHARES = 6;

	private static final Duration HANG = Duration.ofSeconds(30);

	private final AtomicInteger writes = new AtomicInteger();

	private final AtomicInteger heldUp = new AtomicInteger();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void whateverTheWriterDoesOldAndNewAreAllThatIsSeen() throws Exception {
		ExecutorService writers = Executors.newFixedThreadPool(FILES);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < FILES; i++) {
				int number = i;
				Path own = Files.createDirectory(this.folder.resolve("folder-" + i));
				all.add(writers.submit(() -> follow(own.resolve("relation"), number)));
			}
			for (Future<?> writer : all) {
				writer.get(ROUNDS * 5L, TimeUnit.MINUTES);
			}
		}
		finally {
			writers.shutdownNow();
		}
		assertThat(this.heldUp).as("writes that the machine held up, and that tell little")
			.hasValueLessThan(this.writes.get() / 2);
	}

	private Void follow(Path file, int number) throws Exception {
		List<Step> steps = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			for (SlowWriter.Style style : SlowWriter.Style.values()) {
				RelationExample.all().forEach((example) -> steps.add(new Step(example, style)));
			}
		}
		Collections.shuffle(steps, new Random(number));
		BlockingQueue<PgsqlRelation> seen = new LinkedBlockingQueue<>();
		Files.write(file, steps.get(0).example().content());
		try (RelationFileWatcher watcher = new RelationFileWatcher(file, RelationExample.READER, Duration.ofMinutes(10),
				Duration.ofMinutes(10), Clock.systemUTC(), seen::add)) {
			watcher.start();
			assertThat(seen.take()).isEqualTo(steps.get(0).example().relation());
			SlowWriter writer = new SlowWriter(file, number);
			// the steps of one watcher are those of another, in another order
			for (int i = 1 + number % SHARES; i < steps.size(); i += SHARES) {
				expect(steps.get(i), writer, watcher, seen);
			}
		}
		assertThat(seen).isEmpty();
		return null;
	}

	private void expect(Step step, SlowWriter writer, RelationFileWatcher watcher, BlockingQueue<PgsqlRelation> seen)
			throws IOException, InterruptedException {
		PgsqlRelation expected = step.example().relation();
		if (expected.equals(watcher.getState().relation())) {
			return;
		}
		this.writes.incrementAndGet();
		boolean inTime = writer.write(step.example().content(), step.style());
		PgsqlRelation next = next(step, seen);
		if (!inTime) {
			this.heldUp.incrementAndGet();
			while (!expected.equals(next)) {
				next = next(step, seen);
			}
		}
		assertThat(next).as("after %s", step).isEqualTo(expected);
	}

	private static PgsqlRelation next(Step step, BlockingQueue<PgsqlRelation> seen) throws InterruptedException {
		PgsqlRelation next = seen.poll(HANG.toMillis(), TimeUnit.MILLISECONDS);
		assertThat(next).as("nothing seen after %s", step).isNotNull();
		return next;
	}

	private record Step(RelationExample example, SlowWriter.Style style) {

	}

}
