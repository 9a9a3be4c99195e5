package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * What is published about the master differs: another server, other credentials, other
 * options, none any more, or the same in other words.
 *
 * @param previous the relation as it was told before
 * @param relation the relation now
 * @since 0.1.0
 */
public record MasterChanged(PgsqlRelation previous, PgsqlRelation relation) implements PgsqlRelationEvent {

}
