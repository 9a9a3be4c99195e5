/**
 * What the application is told about the relation and the primary. Only tells, never
 * acts.
 */
@NullMarked
package io.github.jujupgsql.event;

import org.jspecify.annotations.NullMarked;
