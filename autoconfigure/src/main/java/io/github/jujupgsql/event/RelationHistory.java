package io.github.jujupgsql.event;

import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * What has been told of the relation so far, which says what there is to tell next. Not
 * safe for use by several threads.
 */
final class RelationHistory {

	private PgsqlRelation told = PgsqlRelation.NONE;

	/**
	 * Says which relation it is, also while what is published does not: {@code {}} says
	 * that its servers are gone, and only another id that another relation has taken its
	 * place.
	 */
	private PgsqlRelation identified = PgsqlRelation.NONE;

	/**
	 * Take note of the next state.
	 * @param relation the relation, {@link PgsqlRelation#NONE} if there is none any more
	 * @return what is to be told, in order
	 */
	List<PgsqlRelationEvent> next(PgsqlRelation relation) {
		List<PgsqlRelationEvent> events = new ArrayList<>();
		if (relation.isAnotherThan(this.identified)) {
			events.addAll(step(PgsqlRelation.NONE));
		}
		events.addAll(step(relation));
		return events;
	}

	private List<PgsqlRelationEvent> step(PgsqlRelation relation) {
		List<PgsqlRelationEvent> events = RelationChange.events(this.told, relation);
		this.told = relation;
		if (relation.id() != null || !relation.joined()) {
			this.identified = relation;
		}
		return events;
	}

}
