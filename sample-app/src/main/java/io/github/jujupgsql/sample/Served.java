package io.github.jujupgsql.sample;

/**
 * What a database server answered.
 *
 * @param value the answer
 * @param by the server as {@code HOST:PORT}, as the connection that ran the statements
 * tells
 */
record Served<T>(T value, String by) {
}
