package io.github.jujupgsql.event;

import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * What has been told of the relation so far, which says what there is to tell next. Not
 * safe for use by several threads.
 */
final class RelationHistory {

	private PgsqlRelation told = PgsqlRelation.NONE;

	/**
	 * Which relation it is, also while what is published does not say so: {@code {}} says
	 * that its servers are gone, and only another id that another relation has taken its
	 * place.
	 */
	private @Nullable String id;

	/**
	 * Take note of the next state.
	 * @param relation the relation, {@link PgsqlRelation#NONE} if there is none any more
	 * @return what is to be told, in order
	 */
	List<PgsqlRelationEvent> next(PgsqlRelation relation) {
		List<PgsqlRelationEvent> events = new ArrayList<>();
		if (isAnother(relation)) {
			events.addAll(step(PgsqlRelation.NONE));
		}
		events.addAll(step(relation));
		return events;
	}

	private boolean isAnother(PgsqlRelation relation) {
		return this.id != null && relation.id() != null && !this.id.equals(relation.id());
	}

	private List<PgsqlRelationEvent> step(PgsqlRelation relation) {
		List<PgsqlRelationEvent> events = RelationChange.events(this.told, relation);
		this.told = relation;
		if (relation.id() != null || !relation.joined()) {
			this.id = relation.id();
		}
		return events;
	}

}
