package io.github.jujupgsql.watch;

import java.util.Arrays;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the relation file at one moment. Immutable: {@link WatchRules} says
 * which one follows from an {@link Observation}.
 *
 * @param relation what others may know of it
 * @param judged the content last judged, good or bad; {@code null} if whatever comes next
 * must be
 * @param warned what was last left out of the relation, and has been told
 * @param writing whether the content is whole
 * @param missingSince since when the file has been missing, as of
 * {@link System#nanoTime()}; {@code null} while it is there
 * @param presence which relation names servers
 */
record WatchState(RelationState relation, @Nullable Judgement judged, Set<String> warned, WriteCompletion writing,
		@Nullable Long missingSince, RelationPresence presence) {

	static final WatchState INITIAL = new WatchState(RelationState.UNREAD, null, Set.of(), WriteCompletion.NOTHING_READ,
			null, RelationPresence.NONE_YET);

	/**
	 * Return what is known when the file is followed again: for how long it was missing
	 * meanwhile is not.
	 */
	WatchState atStart() {
		return withMissingSince(null);
	}

	WatchState withMissingSince(@Nullable Long since) {
		return new WatchState(this.relation, this.judged, this.warned, this.writing, since, this.presence);
	}

	WatchState withWriting(WriteCompletion newWriting) {
		return new WatchState(this.relation, this.judged, this.warned, newWriting, this.missingSince, this.presence);
	}

	WatchState withRelation(RelationState newRelation) {
		return new WatchState(newRelation, this.judged, this.warned, this.writing, this.missingSince, this.presence);
	}

	WatchState withRefused(byte[] content, RelationProblem problem) {
		return new WatchState(this.relation.withInvalidContent(problem), new Judgement(content, problem), this.warned,
				this.writing, this.missingSince, this.presence);
	}

	WatchState broken(long now) {
		return new WatchState(this.relation.broken(), null, Set.of(), this.writing, this.missingSince,
				this.presence.gone(now));
	}

	/**
	 * What came of a content.
	 *
	 * @param content the bytes
	 * @param problem why they could not be used, or {@code null} if they could
	 */
	record Judgement(byte[] content, @Nullable RelationProblem problem) {

		boolean isOf(byte[] bytes) {
			return Arrays.equals(this.content, bytes);
		}

	}

}
