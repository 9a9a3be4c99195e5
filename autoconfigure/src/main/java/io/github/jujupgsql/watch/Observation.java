package io.github.jujupgsql.watch;

import java.time.Instant;

/**
 * One reading of the relation file, and when it was. What was begun and over is told in
 * nanoseconds, which no jump of the clock changes.
 *
 * @param found what was found
 * @param began when the reading began, as of {@link System#nanoTime()}
 * @param over when it was over, likewise
 * @param at the time of day
 */
record Observation(FileSnapshot found, long began, long over, Instant at) {

}
