package io.github.jujupgsql.pool;

import io.github.jujupgsql.role.ProbeAnswer;

/**
 * For pools of which nobody needs to know what happens to them.
 */
final class IgnoringListener implements PoolListener {

	@Override
	public void suspected(ServerPool pool) {
	}

	@Override
	public void ledElsewhere(ServerPool pool, ProbeAnswer answer, boolean answering) {
	}

	@Override
	public void indistinct(ServerPool pool) {
	}

	@Override
	public String relationWord(ServerPool pool) {
		return "the relation calls it the master";
	}

}
