package io.github.jujupgsql.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReadResult;
import org.jspecify.annotations.Nullable;

/**
 * Says what follows from one reading of the relation file: the last good relation stays
 * while the file is not whole, not valid or not readable, and is gone when the file has
 * been missing for the grace period. Reads no file and no clock, and keeps nothing.
 */
final class WatchRules {

	/** How many faults are told one by one: a hostile file can have thousands. */
	static final int MOST_TOLD = 10;

	static final Duration CHANGING_FILE_PAUSE = Duration.ofMillis(5);

	private final String file;

	private final Function<byte[], RelationReadResult> reader;

	private final Duration pollInterval;

	private final Duration missingFileGrace;

	/**
	 * Create the rules.
	 * @param path the relation file, for messages
	 * @param reader reads its content, the same each time
	 * @param pollInterval how often it is read even if no event asks for it
	 * @param missingFileGrace how long a file that vanished may stay away before the
	 * relation counts as broken
	 */
	WatchRules(Path path, Function<byte[], RelationReadResult> reader, Duration pollInterval,
			Duration missingFileGrace) {
		this.file = "Relation file " + path;
		this.reader = reader;
		this.pollInterval = pollInterval;
		this.missingFileGrace = missingFileGrace;
	}

	/**
	 * Return what follows from an observation.
	 * @param state what is known
	 * @param observation what was found
	 * @return what is known then, and what to do
	 */
	WatchStep next(WatchState state, Observation observation) {
		FileSnapshot found = observation.found();
		if (found instanceof FileSnapshot.Missing) {
			return missing(state.withWriting(state.writing().afterMissing()), observation.over());
		}
		List<WatchEffect> effects = new ArrayList<>();
		WatchState present = back(state, observation.over(), effects);
		if (found instanceof FileSnapshot.Content content) {
			WriteCompletion writing = present.writing().afterReading(content, observation.over());
			return read(present.withWriting(writing), content.bytes(), observation, effects);
		}
		if (found instanceof FileSnapshot.Unreadable unreadable) {
			return unreadable(present, unreadable.reason(), observation, effects);
		}
		return new WatchStep(present.withWriting(present.writing().afterChanging()), effects, CHANGING_FILE_PAUSE);
	}

	private WatchStep missing(WatchState state, long now) {
		List<WatchEffect> effects = new ArrayList<>();
		if (state.missingSince() == null && state.relation().readAt() != null) {
			effects.add(new WatchEffect.Warn(this.file + " has vanished; unless it is back within "
					+ this.missingFileGrace.toMillis() + " ms, its relation counts as gone"));
		}
		long since = (state.missingSince() != null) ? state.missingSince() : now;
		WatchState missing = state.withMissingSince(since);
		Duration left = this.missingFileGrace.minusNanos(now - since);
		if (left.compareTo(Duration.ZERO) > 0) {
			Duration pause = (left.compareTo(this.pollInterval) < 0) ? left : this.pollInterval;
			return new WatchStep(missing, effects, pause);
		}
		if (state.judged() == null && state.relation().problem() == null) {
			return polled(missing, effects);
		}
		tell(state.presence()
			.describeGone("is still missing after " + millis(now - since) + " ms; treating the relation as broken"),
				effects);
		return polled(missing.broken(now), effects);
	}

	private WatchState back(WatchState state, long now, List<WatchEffect> effects) {
		Long since = state.missingSince();
		if (since != null && state.judged() != null) {
			tell("is back after " + millis(now - since) + " ms", effects);
		}
		return state.withMissingSince(null);
	}

	private WatchStep read(WatchState state, byte[] content, Observation observation, List<WatchEffect> effects) {
		WatchState.Judgement judged = state.judged();
		if (judged != null && judged.isOf(content)) {
			return unchanged(state, judged, effects);
		}
		Duration remaining = state.writing().remaining(observation.began());
		boolean settled = remaining.isZero();
		if (!settled && !state.writing().isWholeAtOnce()) {
			return new WatchStep(state, effects, remaining);
		}
		try {
			return accepted(state, content, this.reader.apply(content), observation, effects);
		}
		catch (InvalidRelationException ex) {
			// it may still be written, also under a new name
			return settled ? refused(state, content, ex, observation, effects)
					: new WatchStep(state, effects, remaining);
		}
	}

	/**
	 * Say what follows when the file holds again, or still, what was judged last.
	 */
	private WatchStep unchanged(WatchState state, WatchState.Judgement judged, List<WatchEffect> effects) {
		RelationState relation = state.relation();
		effects.add(new WatchEffect.CheckPermissions(relation.relation()));
		if (Objects.equals(relation.problem(), judged.problem())) {
			return polled(state, effects);
		}
		tell("can be read again", effects);
		return polled(state.withRelation(relation.withProblem(judged.problem())), effects);
	}

	private WatchStep accepted(WatchState state, byte[] content, RelationReadResult result, Observation observation,
			List<WatchEffect> effects) {
		PgsqlRelation relation = result.relation();
		if (state.relation().problem() != null) {
			tell("is valid again", effects);
		}
		Set<String> news = new LinkedHashSet<>(result.warnings());
		news.removeAll(state.warned());
		summary(List.copyOf(news)).forEach((warning) -> warn(warning, effects));
		String waitingFor = result.waitingFor();
		if (waitingFor != null && !waitingFor.equals(state.relation().waitingFor())) {
			warn(waitingFor, effects);
		}
		effects.add(new WatchEffect.CheckPermissions(relation));
		tell(state.presence().describe(relation, observation.over()), effects);
		WatchState accepted = new WatchState(
				state.relation().with(result, summary(result.warnings()), observation.at()),
				new WatchState.Judgement(content, null), Set.copyOf(result.warnings()), state.writing(),
				state.missingSince(), state.presence().with(relation, observation.over()));
		return polled(accepted, effects);
	}

	private static List<String> summary(List<String> warnings) {
		int more = warnings.size() - MOST_TOLD;
		return (more <= 0) ? warnings
				: Stream.concat(warnings.stream().limit(MOST_TOLD), Stream.of(more + " more like these")).toList();
	}

	private WatchStep refused(WatchState state, byte[] content, InvalidRelationException fault, Observation observation,
			List<WatchEffect> effects) {
		String message = this.file + ": " + fault.getMessage();
		return polled(state.withRefused(content, problem(state, message, observation, effects)), effects);
	}

	private WatchStep unreadable(WatchState state, String reason, Observation observation, List<WatchEffect> effects) {
		String message = this.file + " " + reason;
		RelationProblem known = state.relation().problem();
		if (known != null && known.message().equals(message)) {
			return polled(state, effects);
		}
		RelationProblem problem = problem(state, message, observation, effects);
		return polled(state.withRelation(state.relation().withProblem(problem)), effects);
	}

	private static RelationProblem problem(WatchState state, String message, Observation observation,
			List<WatchEffect> effects) {
		if (state.relation().readAt() != null) {
			effects.add(new WatchEffect.Warn(message + "; the last good relation stays in use"));
		}
		return new RelationProblem(observation.at(), message);
	}

	private WatchStep polled(WatchState next, List<WatchEffect> effects) {
		return new WatchStep(next, effects, this.pollInterval);
	}

	private void tell(@Nullable String event, List<WatchEffect> effects) {
		if (event != null) {
			effects.add(new WatchEffect.Info(this.file + " " + event));
		}
	}

	private void warn(String message, List<WatchEffect> effects) {
		effects.add(new WatchEffect.Warn(this.file + ": " + message));
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

}
