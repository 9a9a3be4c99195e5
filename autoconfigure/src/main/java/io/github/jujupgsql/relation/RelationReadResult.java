package io.github.jujupgsql.relation;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What came of reading a relation: the relation, and what there is to say about how it
 * was read. No text in it holds a value of a connection string.
 *
 * @param relation the relation
 * @param warnings what was left out of it, and why
 * @param waitingFor what the server has yet to grant before it may be used, or
 * {@code null}
 * @since 0.1.0
 */
public record RelationReadResult(PgsqlRelation relation, List<String> warnings, @Nullable String waitingFor) {

	public RelationReadResult {
		warnings = List.copyOf(warnings);
	}

}
