package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * What is published about the master or about the hot standbys differs.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record DatabaseChanged(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
