/**
 * What the starter knows, as plain values, for code that wants to look.
 */
@NullMarked
package io.github.jujupgsql.topology;

import org.jspecify.annotations.NullMarked;
