package io.github.jujupgsql.sample.live;

/**
 * A server-sent event.
 *
 * @param number its place in the order of all that is told; 0 for what is not told again
 * @param name what it is about
 * @param json its content, on one line
 */
record LiveMessage(long number, String name, String json) {
}
