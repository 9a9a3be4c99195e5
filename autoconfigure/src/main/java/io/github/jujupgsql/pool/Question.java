package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Something that a server can answer.
 *
 * @param <T> the type of the answer
 */
interface Question<T> {

	T on(Connection connection) throws SQLException;

}
