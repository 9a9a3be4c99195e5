package io.github.jujupgsql.event;

import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * The names of the events of a relation, without an application to hear them.
 */
public final class RelationEventHistory {

	private PgsqlRelation told = PgsqlRelation.NONE;

	public List<String> next(PgsqlRelation relation) {
		List<String> names = RelationChange.events(this.told, relation)
			.stream()
			.map((event) -> event.getClass().getSimpleName())
			.toList();
		this.told = relation;
		return names;
	}

}
