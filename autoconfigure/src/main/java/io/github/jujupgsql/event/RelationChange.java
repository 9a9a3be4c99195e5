package io.github.jujupgsql.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * Finds the events that lead from one state of a relation to the next, by the rules of
 * the charm library. The published text decides what has changed, not what it means.
 */
final class RelationChange {

	private final PgsqlRelation previous;

	private final PgsqlRelation relation;

	private final List<PgsqlRelationEvent> events = new ArrayList<>();

	private RelationChange(PgsqlRelation previous, PgsqlRelation relation) {
		this.previous = previous;
		this.relation = relation;
	}

	static List<PgsqlRelationEvent> events(PgsqlRelation previous, PgsqlRelation relation) {
		return new RelationChange(previous, relation).find();
	}

	private List<PgsqlRelationEvent> find() {
		boolean hadMaster = this.previous.master() != null;
		boolean hasMaster = this.relation.master() != null;
		boolean hadStandbys = !this.previous.standbys().isEmpty();
		boolean hasStandbys = !this.relation.standbys().isEmpty();
		boolean masterChanged = !this.relation.published().hasSameMaster(this.previous.published());
		boolean standbysChanged = !this.relation.published().hasSameStandbys(this.previous.published());
		tell(!this.previous.joined() && this.relation.joined(), DatabaseRelationJoined::new);
		tell(!hadMaster && hasMaster, MasterAvailable::new);
		tell(masterChanged, MasterChanged::new);
		tell(hadMaster && !hasMaster, MasterGone::new);
		tell(!hadStandbys && hasStandbys, StandbyAvailable::new);
		tell(standbysChanged, StandbyChanged::new);
		tell(hadStandbys && !hasStandbys, StandbyGone::new);
		tell((!hadMaster && hasMaster) || (!hadStandbys && hasStandbys), DatabaseAvailable::new);
		tell(masterChanged || standbysChanged, DatabaseChanged::new);
		tell((hadMaster || hadStandbys) && !hasMaster && !hasStandbys, DatabaseGone::new);
		tell(this.previous.joined() && !this.relation.joined(), DatabaseRelationBroken::new);
		return this.events;
	}

	private void tell(boolean happened, BiFunction<PgsqlRelation, PgsqlRelation, PgsqlRelationEvent> event) {
		if (happened) {
			this.events.add(event.apply(this.previous, this.relation));
		}
	}

}
