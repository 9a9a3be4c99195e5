package io.github.jujupgsql.pool;

import io.github.jujupgsql.role.ProbeAnswer;

/**
 * Gets what threads that borrow, work or open connections notice of a pool's server.
 */
interface PoolListener {

	/**
	 * There is reason to ask the server for its role again.
	 * @param pool the server's pool
	 */
	void suspected(ServerPool pool);

	/**
	 * A connection opened by the server's name leads to another server.
	 * @param pool the server's pool
	 * @param answer what the other one has said of itself
	 * @param answering whether the server still answers on what is open
	 */
	void ledElsewhere(ServerPool pool, ProbeAnswer answer, boolean answering);

	/**
	 * A connection leads to one server after the other, and back.
	 * @param pool the pool that it belongs to
	 */
	void indistinct(ServerPool pool);

	/**
	 * Say what the relation says of a pool's server. Called by any thread.
	 * @param pool the server's pool
	 * @return a sentence, without a full stop
	 */
	String relationWord(ServerPool pool);

}
