package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * A connection that must not be lent before its server has been asked for its role. It is
 * not a {@link Connection}, so that it cannot be lent by mistake.
 *
 * @since 0.1.0
 */
public final class UnverifiedConnection implements AutoCloseable {

	private final LendingPool pool;

	private final Connection connection;

	UnverifiedConnection(LendingPool pool, Connection connection) {
		this.pool = pool;
		this.connection = connection;
	}

	/**
	 * Verify the connection.
	 * @param terms what the borrower wants
	 * @return the connection, or {@code null} if it is of no use to this borrower; it has
	 * been returned or got rid of then
	 * @throws WrongRoleException if the server is not what it is taken for; the
	 * connection has been got rid of
	 * @throws SQLException if the connection is of no use
	 */
	public @Nullable Connection verify(BorrowTerms terms) throws SQLException {
		return this.pool.verify(this.connection, terms);
	}

	/**
	 * Return the connection to its pool as it is.
	 * @throws SQLException if it is of no use
	 */
	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

}
