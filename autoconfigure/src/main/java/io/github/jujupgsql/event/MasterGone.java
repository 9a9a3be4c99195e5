package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There is no master any more. There may still be standbys, and a master may come again.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record MasterGone(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
