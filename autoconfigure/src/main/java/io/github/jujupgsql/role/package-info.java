/**
 * Who is what: pure rules over an immutable value. Facts go in; the next topology and an
 * ordered list of effects come out. No JDBC, no pool, no thread and no clock of its own.
 */
@NullMarked
package io.github.jujupgsql.role;

import org.jspecify.annotations.NullMarked;
