package io.github.jujupgsql.pool;

import java.time.Duration;

/**
 * How pools are sized and how they are left.
 *
 * @param primary the size of the primary's pool
 * @param replica the size of each replica's pool
 * @param drainTimeout how long work in flight may go on when a server leaves
 * @since 0.1.0
 */
public record PoolSettings(PoolSize primary, PoolSize replica, Duration drainTimeout) {

}
