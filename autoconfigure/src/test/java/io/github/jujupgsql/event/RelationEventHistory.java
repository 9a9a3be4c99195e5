package io.github.jujupgsql.event;

import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * The names of the events of a relation, without an application to hear them.
 */
public final class RelationEventHistory {

	private final RelationHistory history = new RelationHistory();

	public List<String> next(PgsqlRelation relation) {
		return this.history.next(relation).stream().map((event) -> event.getClass().getSimpleName()).toList();
	}

}
