/**
 * What the charm said: values, and how they are read from the relation file. Nothing here
 * knows Spring's container, a pool or a thread.
 */
@NullMarked
package io.github.jujupgsql.relation;

import org.jspecify.annotations.NullMarked;
