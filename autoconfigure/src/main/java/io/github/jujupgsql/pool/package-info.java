/**
 * Pools by server, and the table of roles: which server is the primary and which are the
 * replicas. One thread decides about both. What is made of HikariCP beyond its documented
 * use stands in the classes whose names begin with it.
 */
@NullMarked
package io.github.jujupgsql.pool;

import org.jspecify.annotations.NullMarked;
