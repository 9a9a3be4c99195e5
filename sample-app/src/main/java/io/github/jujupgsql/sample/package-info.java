/**
 * A small notes service: it writes to the primary, reads from the replicas, and says
 * which server answered.
 */
@NullMarked
package io.github.jujupgsql.sample;

import org.jspecify.annotations.NullMarked;
