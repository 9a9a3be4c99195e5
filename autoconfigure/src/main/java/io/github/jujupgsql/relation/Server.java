package io.github.jujupgsql.relation;

/**
 * Where one connection attempt goes to.
 *
 * @param host the name or address, empty where libpq would use a local socket
 * @param port the port as it was given, empty for the default
 */
record Server(String host, String port) {

	static final String DEFAULT_PORT = "5432";

}
