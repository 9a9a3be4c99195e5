package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * A role as its borrowers need it: which pools play it, and what its connections are
 * like.
 */
interface Role {

	/**
	 * Pick the pool to borrow from.
	 * @param table the roles now
	 * @param except one that has just been tried in vain, if another is to be had
	 * @return the pool, or {@code null} if none plays this role
	 */
	@Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except);

	/**
	 * Return whether connections of a pool may be lent in this role.
	 * @param pool the pool
	 * @param table the roles now
	 * @return whether it plays the role
	 */
	boolean isPlayedBy(ServerPool pool, RoleTable table);

	/**
	 * Make a connection what borrowers of this role expect.
	 * @param connection a connection just borrowed
	 * @param pool where it has been borrowed
	 * @param table the roles now
	 * @return the connection to lend
	 * @throws SQLException if the connection fails
	 */
	Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException;

	/**
	 * Return what to call the role.
	 * @return one word
	 */
	String label();

	/**
	 * Return whether a borrower that has to wait does so for the primary.
	 * @param table the roles now
	 * @return whether no other server could serve it
	 */
	boolean waitsForPrimary(RoleTable table);

	/**
	 * Begin one borrower's wait for a connection.
	 * @return what says where to wait
	 */
	Lookout lookout();

	/**
	 * Return whether a borrower fails at once instead of waiting for a server.
	 * @param table the roles now
	 * @return whether no server is to be expected
	 */
	boolean failFast(RoleTable table);

	/**
	 * Create the exception for a borrower that has waited in vain for a server.
	 * @param waited how long it has waited
	 * @param table the roles now
	 * @return the exception
	 */
	SQLException unavailable(Duration waited, RoleTable table);

}
