package io.github.jujupgsql.datasource;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * Says where one borrower waits for a connection, and for how long before it looks
 * around, which costs it its place in the queue.
 */
interface Lookout {

	/**
	 * Pick the pool to wait in.
	 * @param table the roles now
	 * @param tried where the borrower has just waited in vain, if it has
	 * @return the pool, or {@code null} if there is none for this role
	 */
	@Nullable ServerPool pick(RoleTable table, @Nullable ServerPool tried);

	/**
	 * Return how long to wait in the pool just picked.
	 * @return the milliseconds, which may be more than the borrower has left
	 */
	long timeoutMillis();

}
