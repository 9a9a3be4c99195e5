package io.github.jujupgsql.pool;

import java.time.Duration;

/**
 * How it is found out that the primary has gone, and what follows.
 *
 * @param sickAfter how long it may leave a question unanswered before it is in doubt
 * @param patience how long it may be in doubt before what is in flight on it is aborted
 * @param followPromotions whether a server of the relation that has been promoted becomes
 * the primary although the relation does not name it as the master yet
 * @param watched whether one connection to it is kept on which nothing is said, and whose
 * end tells at once that it has gone
 * @since 0.1.0
 */
public record PrimarySettings(Duration sickAfter, Duration patience, boolean followPromotions, boolean watched) {

}
