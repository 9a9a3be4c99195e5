package io.github.jujupgsql.datasource;

import java.sql.Connection;

import io.github.jujupgsql.pool.ServerPool;

/**
 * A connection that has been lent.
 *
 * @param connection the connection
 * @param pool the pool that it comes from
 */
record Loan(Connection connection, ServerPool pool) {

}
