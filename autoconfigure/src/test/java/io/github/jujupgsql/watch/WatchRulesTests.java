package io.github.jujupgsql.watch;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.relation.ConnectionString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What follows from one reading of the file after the other: no thread, no file, no
 * clock.
 */
class WatchRulesTests {

	private static final String POLL = "10000 ms";

	private static final String A = "{master: 'host=a user=u'}";

	private static final String B = "{master: 'host=b user=u'}";

	private static final String CUT_OFF = "{master: 'host=b us";

	private static final String LEFT_OUT = "{master: 'host=a user=u', standbys: ['host=b pasword=s3cret']}";

	private static final WatchRules RULES = new WatchRules(Path.of("/r"), RelationExample.READER::read,
			Duration.ofSeconds(10), Duration.ofSeconds(5));

	static final List<Story> stories = List.of(
	// @formatter:off
		story("a file that does not exist yet is waited for in silence")
			.at(0, missing()).pauses("5000 ms").knows("none")
			.at(5000, missing()).pauses(POLL).knows("none")
			.at(9000, renamed(A)).pauses(POLL).knows("a"),

		story("a file that is renamed over the old one is used at once")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(50, renamed(B)).pauses(POLL).knows("b"),

		story("a file that is written in place is used when it has stayed the same for 100 ms")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, written(B)).pauses("100 ms").knows("a")
			.at(1070, written(B)).pauses("30 ms").knows("a")
			.at(1100, written(B)).pauses(POLL).knows("b"),

		story("a file that was caught while it was written counts as written in place")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, new FileSnapshot.Changing()).pauses("5 ms").knows("a")
			.at(1005, renamed(B)).pauses("100 ms").knows("a")
			.at(1105, renamed(B)).pauses(POLL).knows("b"),

		story("what cannot be parsed is refused when it has stayed the same, and told once")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, renamed(CUT_OFF)).pauses("100 ms").knows("a")
			.at(1100, renamed(CUT_OFF)).pauses(POLL).knows("a")
				.warns(": is not valid JSON, or not whole, near line 1, column 2; the last good relation stays in use")
				.hasProblem("is not valid JSON").hasRefused(1)
			.at(9000, renamed(CUT_OFF)).pauses(POLL).knows("a").hasProblem("is not valid JSON").hasRefused(1)
			.at(9500, renamed(A)).pauses(POLL).knows("a").informs(" is valid again").hasRefused(1),

		story("a problem before the first relation is not told, because starting tells it")
			.at(0, written(CUT_OFF)).pauses("100 ms").knows("none")
			.at(100, written(CUT_OFF)).pauses(POLL).knows("none").hasProblem("is not valid JSON").hasRefused(1)
			.at(200, unreadable("is a folder")).pauses(POLL).knows("none").hasProblem("is a folder").hasRefused(1),

		story("a file that cannot be read is told once, and when it can be read again")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, unreadable("is a folder")).pauses(POLL).knows("a").hasProblem("is a folder")
				.warns(" is a folder; the last good relation stays in use")
			.at(2000, unreadable("is a folder")).pauses(POLL).knows("a").hasProblem("is a folder")
			.at(3000, unreadable("is a pipe")).pauses(POLL).knows("a").hasProblem("is a pipe")
				.warns(" is a pipe; the last good relation stays in use")
			.at(4000, renamed(A)).pauses(POLL).knows("a").informs(" can be read again"),

		story("a file that is back within the grace period changes nothing")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, missing()).pauses("5000 ms").knows("a").warns(vanished())
			.at(4000, missing()).pauses("2000 ms").knows("a")
			.at(4500, renamed(A)).pauses(POLL).knows("a").informs(" is back after 3500 ms"),

		story("a file that stays away takes the relation along, and brings it back")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, missing()).pauses("5000 ms").knows("a").warns(vanished())
			.at(6000, missing()).pauses(POLL).knows("none")
				.informs(" is still missing after 5000 ms; treating the relation as broken: "
						+ "master a:5432, standbys none")
			.at(9000, missing()).pauses(POLL).knows("none")
			.at(9500, renamed(A)).pauses(POLL).knows("a")
				.informs(" names the relation again after 3500 ms without one: the same user, "
						+ "master a:5432, standbys none"),

		story("a file that stays away takes its problem along")
			.at(0, unreadable("is a folder")).pauses(POLL).knows("none").hasProblem("is a folder")
			.at(1000, missing()).pauses("5000 ms").knows("none").hasProblem("is a folder")
			.at(6000, missing()).pauses(POLL).knows("none"),

		story("when the file is followed again, the grace period begins anew")
			.at(0, renamed(A)).pauses(POLL).knows("a")
			.at(1000, missing()).pauses("5000 ms").knows("a").warns(vanished())
			.restart()
			.at(9000, missing()).pauses("5000 ms").knows("a").warns(vanished())
			.at(9100, renamed(A)).pauses(POLL).knows("a").informs(" is back after 100 ms"),

		story("what is left out is told once, and again when it has been good meanwhile")
			.at(0, renamed(LEFT_OUT)).pauses(POLL).knows("a").warns(leftOut())
			.at(1000, renamed(LEFT_OUT + "\n")).pauses(POLL).knows("a")
			.at(2000, renamed(A)).pauses(POLL).knows("a")
			.at(3000, renamed(LEFT_OUT)).pauses(POLL).knows("a").warns(leftOut()),

		story("what is waited for is told once")
			.at(0, renamed("{related-units: {p/0: {data: {version: 1}}}}")).pauses(POLL).knows("none")
				.warns(": no master yet; waiting for 'master' of p/0")
			.at(1000, renamed("{related-units: {p/0: {data: {version: 2}}}}")).pauses(POLL).knows("none"),

		story("a relation that is removed and integrated again is two lines")
			.at(0, renamed("{relation-id: 7, master: 'host=a user=u'}")).pauses(POLL).knows("a")
			.at(1000, renamed("{}")).pauses(POLL).knows("none")
				.informs(" names no server any more; the relation is gone: "
						+ "relation 7, master a:5432, standbys none")
			.at(2000, renamed("{relation-id: 12, master: }")).pauses(POLL).knows("none")
			.at(3000, renamed("{relation-id: 12, master: 'host=a user=v'}")).pauses(POLL).knows("a")
				.informs(" names a new relation after 2000 ms without one: relation 7 -> 12, another user, "
						+ "master a:5432, standbys none"),

		story("a relation that takes the place of another is one line, without an odd id")
			.at(0, renamed("{relation-id: 'db:7', master: 'host=a user=u'}")).pauses(POLL).knows("a")
			.at(1000, renamed("{relation-id: 'p=8 9', master: 'host=a user=u'}")).pauses(POLL).knows("a")
				.informs(" names a new relation: relation db:7 -> ***, the same user, "
						+ "master a:5432, standbys none"));
	// @formatter:on

	@ParameterizedTest
	@FieldSource("stories")
	void whatFollows(Story story) {
		story.expectAll();
	}

	@Test
	void whatIsDoneIsDoneInOrder() {
		WatchState refused = after(renamed(A), written(CUT_OFF), written(CUT_OFF));
		WatchStep step = RULES.next(refused,
				observed(10, renamed("{relation-id: 7, standbys: " + "['host=b pasword=s3cret', 'host=c user=v']}")));
		assertThat(step.effects()).containsExactly(new WatchEffect.Info("Relation file /r is valid again"),
				new WatchEffect.Warn("Relation file /r" + leftOut()),
				new WatchEffect.CheckPermissions(step.next().relation().relation()));
		WatchStep gone = RULES.next(step.next(), observed(20, renamed("{}")));
		assertThat(gone.effects()).containsExactly(new WatchEffect.CheckPermissions(gone.next().relation().relation()),
				new WatchEffect.Info("Relation file /r names no server any more; the relation is gone: "
						+ "relation 7, master none, standbys c:5432"));
	}

	@Test
	void whatIsKnownHoldsWhenItWasRead() {
		assertThat(after(renamed(A)).relation().readAt()).isEqualTo(Instant.ofEpochMilli(0));
		WatchState refused = after(renamed(A), written(CUT_OFF), written(CUT_OFF));
		assertThat(refused.relation().readAt()).isEqualTo(Instant.ofEpochMilli(0));
		RelationProblem problem = refused.relation().problem();
		assertThat(problem).isNotNull();
		assertThat(problem.since()).isEqualTo(Instant.ofEpochMilli(2000));
	}

	@Test
	void theTimeThatPassesAfterTheFileWasReadDoesNotCountAsQuiet() {
		WatchState known = after(renamed(A));
		WatchStep held = RULES.next(known, new Observation(written(B), nanos(100), nanos(900), Instant.EPOCH));
		WatchStep late = RULES.next(held.next(), new Observation(written(B), nanos(901), nanos(5000), Instant.EPOCH));
		assertThat(late.pause()).isEqualTo(Duration.ofMillis(99));
		assertThat(late.next().relation()).isEqualTo(known.relation());
	}

	@Test
	void whenReadingThrowsThenWhatWasKnownStays() {
		WatchState known = after(renamed(A));
		WatchRules failing = new WatchRules(Path.of("/r"), (bytes) -> {
			throw new IllegalStateException("expected");
		}, Duration.ofSeconds(10), Duration.ofSeconds(5));
		assertThatIllegalStateException().isThrownBy(() -> failing.next(known, observed(10, renamed(B))));
		assertThat(RULES.next(known, observed(20, renamed(B))).next().relation().relation().master())
			.isEqualTo(ConnectionString.parse("host=b user=u"));
	}

	private static WatchState after(FileSnapshot... snapshots) {
		WatchState state = WatchState.INITIAL;
		for (int i = 0; i < snapshots.length; i++) {
			state = RULES.next(state, observed(i * 1000L, snapshots[i])).next();
		}
		return state;
	}

	private static Story story(String name) {
		return new Story(name);
	}

	private static FileSnapshot missing() {
		return new FileSnapshot.Missing();
	}

	private static FileSnapshot unreadable(String reason) {
		return new FileSnapshot.Unreadable(reason);
	}

	/** Another file each time, which got its name after it was written. */
	private static FileSnapshot renamed(String content) {
		return content(content, content, 1);
	}

	/** The same file each time. */
	private static FileSnapshot written(String content) {
		return content("/r", content, 0);
	}

	private static FileSnapshot content(String inode, String content, long renamedAfter) {
		return new FileSnapshot.Content(new FileSnapshot.Version(inode, content.length(), FileTime.fromMillis(0),
				FileTime.fromMillis(renamedAfter)), content.getBytes(StandardCharsets.UTF_8), renamedAfter > 0);
	}

	private static Observation observed(long millis, FileSnapshot found) {
		return new Observation(found, nanos(millis), nanos(millis), Instant.ofEpochMilli(millis));
	}

	private static long nanos(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

	private static String vanished() {
		return " has vanished; unless it is back within 5000 ms, its relation counts as gone";
	}

	private static String leftOut() {
		byte[] content = LEFT_OUT.getBytes(StandardCharsets.UTF_8);
		return ": " + RelationExample.READER.read(content).warnings().get(0);
	}

	/**
	 * One observation after the other, and what follows from each.
	 */
	private static final class Story {

		private final String name;

		private final List<Chapter> chapters = new ArrayList<>();

		private boolean restart;

		Story(String name) {
			this.name = name;
		}

		Story at(long millis, FileSnapshot found) {
			this.chapters.add(new Chapter(observed(millis, found), this.restart));
			this.restart = false;
			return this;
		}

		Story restart() {
			this.restart = true;
			return this;
		}

		Story pauses(String pause) {
			last().pause = pause;
			return this;
		}

		Story knows(String master) {
			last().master = master;
			return this;
		}

		Story informs(String event) {
			last().told.add(new WatchEffect.Info("Relation file /r" + event));
			return this;
		}

		Story warns(String event) {
			last().told.add(new WatchEffect.Warn("Relation file /r" + event));
			return this;
		}

		Story hasProblem(String problem) {
			last().problem = problem;
			return this;
		}

		Story hasRefused(int contents) {
			last().refused = contents;
			return this;
		}

		private Chapter last() {
			return this.chapters.get(this.chapters.size() - 1);
		}

		void expectAll() {
			WatchState state = WatchState.INITIAL;
			for (Chapter chapter : this.chapters) {
				state = chapter.expect(chapter.restart ? state.atStart() : state);
			}
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	private static final class Chapter {

		private final Observation observation;

		private final boolean restart;

		private final List<WatchEffect> told = new ArrayList<>();

		private String pause = "";

		private String master = "";

		private String problem = "none";

		private int refused;

		Chapter(Observation observation, boolean restart) {
			this.observation = observation;
			this.restart = restart;
		}

		WatchState expect(WatchState before) {
			WatchStep step = RULES.next(before, this.observation);
			RelationState known = step.next().relation();
			assertThat(step.effects()).as("told at %s", this.observation.at())
				.filteredOn((effect) -> !(effect instanceof WatchEffect.CheckPermissions))
				.isEqualTo(this.told);
			assertThat(step.pause().toMillis() + " ms").as("pause after %s", this.observation.at())
				.isEqualTo(this.pause);
			assertThat((known.relation().master() != null) ? known.relation().master().options().get("host") : "none")
				.as("master after %s", this.observation.at())
				.isEqualTo(this.master);
			assertThat((known.problem() != null) ? known.problem().message() : "none")
				.as("problem after %s", this.observation.at())
				.contains(this.problem);
			assertThat(known.invalidReads()).as("refused until %s", this.observation.at()).isEqualTo(this.refused);
			return step.next();
		}

	}

}
