package io.github.jujupgsql.role;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What the application has configured of the rules, and the times that they go by.
 *
 * @param sickAfter how long a replica may leave a question unanswered
 * @param drainTimeout how long work in flight may go on where it must not for ever
 * @param fallbackToPrimary whether reads go to the primary while there is no replica
 * @param maximumLag how far a standby may lag, or {@code null} if it does not matter
 * @param primary what is configured of the primary
 * @param times the rest
 * @since 0.1.0
 */
public record RolePolicy(Duration sickAfter, Duration drainTimeout, boolean fallbackToPrimary,
		@Nullable Duration maximumLag, PrimaryPolicy primary, RoleTimes times) {

}
