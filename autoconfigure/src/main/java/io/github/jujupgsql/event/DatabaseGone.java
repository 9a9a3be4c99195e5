package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There is neither a master nor a hot standby any more. They may come again.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record DatabaseGone(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
