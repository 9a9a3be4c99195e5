package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * The relation is gone for good: its file has vanished and stayed away, or names another
 * relation now. What was published there has been told gone before.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record DatabaseRelationBroken(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
