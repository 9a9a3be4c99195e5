/**
 * Pools by server, and the table of roles: which server is the primary and which are the
 * replicas. One thread decides about both.
 */
@NullMarked
package io.github.jujupgsql.pool;

import org.jspecify.annotations.NullMarked;
