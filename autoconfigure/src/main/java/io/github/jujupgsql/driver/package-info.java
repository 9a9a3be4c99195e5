/**
 * What the PostgreSQL JDBC driver loads by name, and what its connections stand on: the
 * sockets and their factory, and the trusted authorities. Nothing here knows a pool or a
 * relation.
 */
@NullMarked
package io.github.jujupgsql.driver;

import org.jspecify.annotations.NullMarked;
