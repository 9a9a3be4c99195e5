package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * There are no hot standbys any more. There may still be a master, and standbys may come
 * again.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record StandbyGone(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
