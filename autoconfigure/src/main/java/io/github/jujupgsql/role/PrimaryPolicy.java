package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * What the application has configured of the primary.
 *
 * @param sickAfter how long it may leave a question unanswered before it is in doubt
 * @param patience how long it may be in doubt before what is in flight on it is aborted:
 * as long as a borrower waits for a connection
 * @param followPromotions whether a server of the relation that has been promoted becomes
 * the primary although the relation does not name it as the master yet
 * @since 0.1.0
 */
public record PrimaryPolicy(Duration sickAfter, Duration patience, boolean followPromotions) {

}
