/**
 * Turns "something may have changed" into "here is a new relation". Events of the file
 * system only wake one thread, which then reads, parses and compares; so does the poll
 * interval, and a missed event costs that interval at worst.
 */
@NullMarked
package io.github.jujupgsql.watch;

import org.jspecify.annotations.NullMarked;
