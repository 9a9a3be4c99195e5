package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There is a master now, and there was none.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record MasterAvailable(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
