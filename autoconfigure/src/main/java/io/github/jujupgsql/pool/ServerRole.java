package io.github.jujupgsql.pool;

/**
 * What a server is used as.
 */
enum ServerRole {

	PRIMARY, REPLICA

}
