package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There is a relation now: its file has appeared, or names another relation than before.
 * It need not offer a database yet.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record DatabaseRelationJoined(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
