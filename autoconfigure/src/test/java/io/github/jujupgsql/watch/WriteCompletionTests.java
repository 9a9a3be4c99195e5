package io.github.jujupgsql.watch;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReadResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteCompletion}, and for {@link WatchRules} with it, in simulated
 * time: a file, a writer with pauses below 50 ms, and a watcher that is late now and
 * then.
 */
class WriteCompletionTests {

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = 49 * MILLISECOND;

	private static final long LONG_AFTER = 2_000 * MILLISECOND;

	private static final int ROUNDS = Integer.getInteger("torn.rounds", 1) * 400;

	private static final Random random = new Random(20261124L);

	private static final List<RelationExample> EXAMPLES = RelationExample.all();

	private static final InvalidRelationException INVALID = new InvalidRelationException(null, "is not valid");

	private static final Map<ByteBuffer, Optional<RelationReadResult>> results = new HashMap<>();

	@ParameterizedTest
	@EnumSource
	void whenWriterPausesAfterAnyByteThenOldAndNewAreAllThatIsSeen(Style style) {
		for (int i = 0; i < EXAMPLES.size(); i++) {
			RelationExample old = EXAMPLES.get(i);
			RelationExample next = EXAMPLES.get((i + 1) % EXAMPLES.size());
			for (int position = 0; position <= next.content().length; position++) {
				int at = position;
				expectOldThenNew(old, next, style, (offset) -> (offset == at) ? LONGEST_PAUSE : 10_000, false);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenWriterPausesAtRandomThenOldAndNewAreAllThatIsSeen(Style style) {
		for (int times = 0; times < ROUNDS; times++) {
			long pauseOften = random.nextInt(5) * MILLISECOND;
			expectOldThenNew(any(), any(), style, (offset) -> pause(pauseOften), false);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenWatcherIsHeldUpThenOldAndNewAreAllThatIsSeen(Style style) {
		for (int times = 0; times < ROUNDS; times++) {
			long pauseOften = random.nextInt(50) * MILLISECOND;
			expectOldThenNew(any(), any(), style, (offset) -> pause(pauseOften), true);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenTheClockJumpsWhileItIsWrittenThenOldAndNewAreAllThatIsSeen(Style style) {
		for (int times = 0; times < ROUNDS; times++) {
			RelationExample old = any();
			RelationExample next = any();
			SimulatedFile file = new SimulatedFile(old.content());
			file.pause(LONG_AFTER);
			int jumpAt = random.nextInt(next.content().length);
			long jump = jump();
			write(file, next.content(), style, (offset) -> {
				if (offset == jumpAt) {
					file.jump(jump);
				}
				return pause(0);
			});
			expectOldThenNew(old, next, style, file, random.nextBoolean());
		}
	}

	private static long jump() {
		long jump = TimeUnit.MILLISECONDS.toNanos(1L << random.nextInt(40));
		return random.nextBoolean() ? jump : -jump;
	}

	@ParameterizedTest
	@EnumSource(names = { "TRUNCATED", "OVERWRITTEN" })
	void whenWatcherStartsWhileTheFileIsWrittenThenNoMixtureIsSeen(Style style) {
		for (int times = 0; times < 2 * ROUNDS; times++) {
			RelationExample old = any();
			RelationExample next = any();
			SimulatedFile file = new SimulatedFile(old.content());
			file.pause(file.tick);
			write(file, next.content(), style, (offset) -> pause(0));
			long start = (long) (random.nextDouble() * file.lastChange());
			List<PgsqlRelation> seen = new Watcher(file, random.nextBoolean()).watchFrom(start);
			assertThat(seen).isSubsetOf(old.relation(), next.relation()).endsWith(next.relation());
		}
	}

	@Test
	void whenRenamedFileIsWrittenOverAtOnceThenNoMixtureIsSeen() {
		for (int times = 0; times < 2 * ROUNDS; times++) {
			RelationExample old = any();
			RelationExample between = any();
			RelationExample next = any();
			SimulatedFile file = new SimulatedFile(old.content());
			write(file, between.content(), Style.RENAMED, (offset) -> 0);
			file.pause(file.tick);
			write(file, next.content(), Style.OVERWRITTEN, (offset) -> pause(0));
			List<PgsqlRelation> seen = new Watcher(file, random.nextBoolean()).watchFrom(0);
			assertThat(seen).isSubsetOf(old.relation(), between.relation(), next.relation()).endsWith(next.relation());
		}
	}

	@Test
	void whenJsonIsRenamedOverThenItIsWholeAtOnce() {
		for (RelationExample next : EXAMPLES) {
			SimulatedFile file = new SimulatedFile(any().content());
			write(file, next.content(), Style.RENAMED, (offset) -> 0);
			assertThat(afterReading(file).isWholeAtOnce()).isEqualTo(next.isJson());
		}
	}

	@Test
	void whenFileIsRenamedOverLongAfterItWasWrittenThenItIsWholeAtOnce() {
		for (RelationExample next : EXAMPLES) {
			SimulatedFile file = new SimulatedFile(any().content());
			write(file, next.content(), Style.RENAMED_LATER, (offset) -> 0);
			assertThat(afterReading(file).isWholeAtOnce()).isTrue();
		}
	}

	private static WriteCompletion afterReading(SimulatedFile file) {
		return WriteCompletion.NOTHING_READ.afterReading((FileSnapshot.Content) file.read(-1, -1, -1), 0)
			.afterReading((FileSnapshot.Content) file.read(LONG_AFTER, LONG_AFTER, LONG_AFTER), LONG_AFTER);
	}

	private void expectOldThenNew(RelationExample old, RelationExample next, Style style, Pace pace, boolean late) {
		SimulatedFile file = new SimulatedFile(old.content());
		file.pause(LONG_AFTER);
		write(file, next.content(), style, pace);
		expectOldThenNew(old, next, style, file, late);
	}

	private void expectOldThenNew(RelationExample old, RelationExample next, Style style, SimulatedFile file,
			boolean late) {
		List<PgsqlRelation> seen = new Watcher(file, late).watchFrom(0);
		boolean same = old.relation().equals(next.relation());
		assertThat(seen).as("%s → %s, %s", old, next, style)
			.isEqualTo(same ? List.of(old.relation()) : List.of(old.relation(), next.relation()));
	}

	private static void write(SimulatedFile file, byte[] content, Style style, Pace pace) {
		int former = file.size();
		switch (style) {
			case TRUNCATED -> file.truncate(0);
			case RECREATED, RECREATED_AS_SAME_INODE -> {
				file.delete();
				file.pause(pace.pauseBefore(0));
				file.create(style == Style.RECREATED);
			}
			case RENAMED, RENAMED_LATER -> {
				file.rename(content, (style == Style.RENAMED) ? 0 : 100 * MILLISECOND);
				return;
			}
			default -> {
			}
		}
		for (int offset = 0; offset < content.length; offset++) {
			file.pause(pace.pauseBefore(offset));
			file.write(offset, content[offset], style == Style.OVERWRITTEN_KEEPING_TIME);
		}
		file.pause(pace.pauseBefore(content.length));
		if (former > content.length) {
			file.truncate(content.length);
		}
	}

	private static long pause(long often) {
		return switch (random.nextInt(12)) {
			case 0 -> (long) (random.nextDouble() * LONGEST_PAUSE);
			case 1, 2 -> often;
			default -> (long) (random.nextDouble() * 100_000);
		};
	}

	private static RelationExample any() {
		return EXAMPLES.get(random.nextInt(EXAMPLES.size()));
	}

	enum Style {

		TRUNCATED, OVERWRITTEN, OVERWRITTEN_KEEPING_TIME, RECREATED, RECREATED_AS_SAME_INODE, RENAMED, RENAMED_LATER

	}

	interface Pace {

		long pauseBefore(int offset);

	}

	/**
	 * A file and its past, in a file system whose clock is coarse.
	 */
	private static final class SimulatedFile {

		final long tick = (random.nextBoolean() ? 4 : 1) * MILLISECOND;

		private final List<Moment> past = new ArrayList<>();

		private long now;

		/** How much the clock that sets the times of files is ahead. */
		private long ahead;

		SimulatedFile(byte[] content) {
			this.past.add(new Moment(Long.MIN_VALUE, 0, content, time(), time(), time()));
		}

		void pause(long nanos) {
			this.now += nanos;
		}

		void jump(long nanos) {
			this.ahead += nanos;
		}

		void write(int offset, byte b, boolean keepTime) {
			byte[] content = Arrays.copyOf(last().content(), Math.max(size(), offset + 1));
			content[offset] = b;
			change(last().inode(), content, keepTime ? last().lastModified() : time(), last().folderModified());
		}

		void truncate(int size) {
			change(last().inode(), Arrays.copyOf(last().content(), size), time(), last().folderModified());
		}

		void delete() {
			change(-last().inode() - 1, new byte[0], time(), time());
		}

		void create(boolean otherInode) {
			int deleted = -last().inode() - 1;
			change(otherInode ? deleted + 1 : deleted, new byte[0], time(), time());
		}

		void rename(byte[] content, long after) {
			long written = time();
			this.now += after;
			change(last().inode() + 1, content, written, time());
		}

		int size() {
			return last().content().length;
		}

		long lastChange() {
			return this.now;
		}

		private void change(int inode, byte[] content, long lastModified, long folderModified) {
			this.past.add(new Moment(this.now, inode, content, lastModified, time(), folderModified));
		}

		private long time() {
			long time = this.now + this.ahead;
			return time - Math.floorMod(time, this.tick);
		}

		private Moment last() {
			return this.past.get(this.past.size() - 1);
		}

		private Moment at(long time) {
			return this.past.get(indexAt(time));
		}

		private int indexAt(long time) {
			int low = 0;
			int high = this.past.size() - 1;
			while (low < high) {
				int middle = (low + high + 1) / 2;
				if (this.past.get(middle).from() <= time) {
					low = middle;
				}
				else {
					high = middle - 1;
				}
			}
			return low;
		}

		long nextChangeAfter(long time) {
			int next = indexAt(time) + 1;
			return (next < this.past.size()) ? this.past.get(next).from() : Long.MAX_VALUE;
		}

		/**
		 * As {@link SnapshotReader} reads, with some time between its steps.
		 */
		FileSnapshot read(long before, long reading, long after) {
			Moment first = at(before);
			Moment read = at(reading);
			Moment last = at(after);
			if (first.inode() < 0 || read.inode() < 0 || last.inode() < 0) {
				return new FileSnapshot.Missing();
			}
			if (!first.version().equals(last.version())) {
				return new FileSnapshot.Changing();
			}
			return new FileSnapshot.Content(first.version(), read.content(),
					read.folderModified() >= first.lastModified());
		}

		/**
		 * A negative inode stands for no file.
		 */
		private record Moment(long from, int inode, byte[] content, long lastModified, long changed,
				long folderModified) {

			FileSnapshot.Version version() {
				return new FileSnapshot.Version(this.inode, this.content.length,
						FileTime.from(this.lastModified, TimeUnit.NANOSECONDS),
						FileTime.from(this.changed, TimeUnit.NANOSECONDS));
			}

		}

	}

	/**
	 * Follows a simulated file by the {@link WatchRules}.
	 */
	private static final class Watcher {

		private static final Duration LONG = Duration.ofNanos(LONG_AFTER);

		private final SimulatedFile file;

		private final boolean late;

		private final WatchRules rules = new WatchRules(Path.of("relation"), Watcher::read, LONG,
				Duration.ofNanos(Long.MAX_VALUE));

		private WatchState state = WatchState.INITIAL;

		private final List<PgsqlRelation> seen = new ArrayList<>();

		Watcher(SimulatedFile file, boolean late) {
			this.file = file;
			this.late = late;
		}

		List<PgsqlRelation> watchFrom(long start) {
			long now = start;
			long end = this.file.lastChange() + LONG_AFTER;
			while (now < end) {
				long before = now + delay();
				long reading = before + delay();
				long after = reading + delay();
				long over = after + delay();
				Observation observation = new Observation(this.file.read(before, reading, after), now, over,
						Instant.EPOCH);
				WatchStep step = this.rules.next(this.state, observation);
				this.state = step.next();
				see(this.state.relation());
				long event = this.file.nextChangeAfter(before);
				long wait = step.pause().toNanos();
				now = Math.max(over, Math.min(over + wait, (event == Long.MAX_VALUE) ? end : event)) + delay();
			}
			return this.seen;
		}

		private void see(RelationState now) {
			boolean known = !this.seen.isEmpty() && this.seen.get(this.seen.size() - 1).equals(now.relation());
			if (now.readAt() != null && !known) {
				this.seen.add(now.relation());
			}
		}

		private long delay() {
			if (this.late && random.nextInt(20) == 0) {
				return (long) (random.nextDouble() * 150 * MILLISECOND);
			}
			return (long) (random.nextDouble() * 200_000);
		}

		private static RelationReadResult read(byte[] content) {
			return results.computeIfAbsent(ByteBuffer.wrap(content), (key) -> {
				try {
					return Optional.of(RelationExample.READER.read(content));
				}
				catch (InvalidRelationException ex) {
					return Optional.empty();
				}
			}).orElseThrow(() -> INVALID);
		}

	}

}
