package io.github.jujupgsql.pool;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Another server has become the primary, or there is none any more.
 *
 * @param previous the primary before, or {@code null} if there was none
 * @param primary the primary now, or {@code null} if there is none
 * @param cause why: the name of what the rules have found
 * @param waiting how many threads waited for a server when the roles were published, or
 * for a connection to the former primary when that was cut off
 * @param cutOff how many connections to the former primary were cut off
 * @param took how long after its cause
 * @since 0.1.0
 */
public record PrimaryChange(@Nullable String previous, @Nullable String primary, String cause, int waiting, int cutOff,
		Duration took) {

}
