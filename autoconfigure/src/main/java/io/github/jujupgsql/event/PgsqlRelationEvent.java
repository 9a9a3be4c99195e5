package io.github.jujupgsql.event;

import io.github.jujupgsql.relation.PgsqlRelation;

/**
 * What has become of the relation, told in the words and in the order of the charm
 * library for the {@code pgsql} interface. To be listened to one by one, or all of them
 * as this type:
 *
 * <pre class="code">
 * &#064;EventListener
 * void masterChanged(MasterChanged event) {
 *     …
 * }
 * </pre>
 * <p>
 * Told after the DataSources have left what the relation has left: who borrows from a
 * listener gets a connection to a server of the relation told, or waits for one until the
 * connection timeout. Told on one thread of their own, one after the other; the time that
 * a listener takes delays the events after it and nothing else, and what it throws is
 * logged and stops nothing.
 * <p>
 * What is there when the application starts is told once it is ready. Their texts show no
 * password.
 *
 * @since 0.1.0
 */
public sealed interface PgsqlRelationEvent
		permits DatabaseRelationJoined, MasterAvailable, MasterChanged, MasterGone, StandbyAvailable, StandbyChanged,
		StandbyGone, DatabaseAvailable, DatabaseChanged, DatabaseGone, DatabaseRelationBroken {

	/**
	 * Return the relation as it was told before.
	 * @return the relation, {@link PgsqlRelation#NONE} if there was none
	 */
	PgsqlRelation previous();

	/**
	 * Return the relation as it is now.
	 * @return the relation, {@link PgsqlRelation#NONE} if there is none
	 */
	PgsqlRelation relation();

}
