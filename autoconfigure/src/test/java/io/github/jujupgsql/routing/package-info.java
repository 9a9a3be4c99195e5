/**
 * Transactions of applications that use the database in one way or another, and the
 * servers that they run on.
 */
@NullMarked
package io.github.jujupgsql.routing;

import org.jspecify.annotations.NullMarked;
