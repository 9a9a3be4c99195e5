package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There is a master now, or there are hot standbys, where there was none.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record DatabaseAvailable(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
