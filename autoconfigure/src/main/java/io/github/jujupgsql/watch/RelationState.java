package io.github.jujupgsql.watch;

import java.time.Instant;
import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReadResult;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the relation at one moment.
 *
 * @param relation the relation in use; {@link PgsqlRelation#NONE} while there is no file
 * @param readAt when it was read, or {@code null} if it never was
 * @param warnings what was left out of it, and why; the first ten, and how many more
 * there are
 * @param waitingFor what the server has yet to grant, or {@code null}
 * @param problem why the file as it is now cannot be used, or {@code null} if it can
 * @param invalidReads how many contents of the file had to be refused so far
 * @since 0.1.0
 */
public record RelationState(PgsqlRelation relation, @Nullable Instant readAt, List<String> warnings,
		@Nullable String waitingFor, @Nullable RelationProblem problem, long invalidReads) {

	static final RelationState UNREAD = new RelationState(PgsqlRelation.NONE, null, List.of(), null, null, 0);

	public RelationState {
		warnings = List.copyOf(warnings);
	}

	RelationState with(RelationReadResult reading, List<String> told, Instant now) {
		return new RelationState(reading.relation(), now, told, reading.waitingFor(), null, this.invalidReads);
	}

	RelationState withProblem(@Nullable RelationProblem newProblem) {
		return new RelationState(this.relation, this.readAt, this.warnings, this.waitingFor, newProblem,
				this.invalidReads);
	}

	RelationState withInvalidContent(RelationProblem newProblem) {
		return new RelationState(this.relation, this.readAt, this.warnings, this.waitingFor, newProblem,
				this.invalidReads + 1);
	}

	RelationState broken() {
		return new RelationState(PgsqlRelation.NONE, this.readAt, List.of(), null, null, this.invalidReads);
	}

}
