package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There are hot standbys now, and there were none.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record StandbyAvailable(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
