package io.github.jujupgsql.pool;

/**
 * What a borrower that waits by the clock tells a pool about itself, once there is a
 * connection for it.
 *
 * @since 0.1.0
 */
public interface Borrower {

	/**
	 * Return whether a pool still plays the role that is to be borrowed of. If not, its
	 * connection is returned without being asked, as the answer would be of no use.
	 * @param pool the pool
	 * @return whether to go on with it
	 */
	boolean isServedBy(ServerPool pool);

	/**
	 * Return how long the server may take to answer on a connection that has to be
	 * verified. Not called if none has to be.
	 * @return the time in milliseconds, at least 1
	 */
	long answerTimeoutMillis();

}
