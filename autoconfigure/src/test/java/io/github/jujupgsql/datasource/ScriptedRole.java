package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * A role in which a test can have things go wrong once, and which counts how far its
 * borrowers get.
 */
final class ScriptedRole implements Role {

	private final Role role;

	private final AtomicInteger lookouts = new AtomicInteger();

	private final AtomicInteger picksInVain = new AtomicInteger();

	private volatile boolean notPlayed;

	private volatile boolean failing;

	private volatile @Nullable Runnable afterPicking;

	ScriptedRole(Role role) {
		this.role = role;
	}

	/**
	 * Have the next pool not be in the role any more when its connection is verified.
	 */
	void isNotPlayedOnce() {
		this.notPlayed = true;
	}

	/**
	 * Have the next connection fail when it is about to be lent.
	 */
	void failsToPrepareOnce() {
		this.failing = true;
	}

	/**
	 * Have something happen after the next pool has been picked.
	 */
	void afterPickingOnce(Runnable event) {
		this.afterPicking = event;
	}

	boolean isScriptDone() {
		return !this.notPlayed && !this.failing && this.afterPicking == null;
	}

	/**
	 * Return how many borrowers have gone on by the clock.
	 */
	int lookouts() {
		return this.lookouts.get();
	}

	/**
	 * Return how often there was no pool to pick.
	 */
	int picksInVain() {
		return this.picksInVain.get();
	}

	@Override
	public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		ServerPool picked = counted(this.role.pick(table, except));
		Runnable event = this.afterPicking;
		if (event != null) {
			this.afterPicking = null;
			event.run();
		}
		return picked;
	}

	private @Nullable ServerPool counted(@Nullable ServerPool picked) {
		if (picked == null) {
			this.picksInVain.incrementAndGet();
		}
		return picked;
	}

	@Override
	public boolean isPlayedBy(ServerPool pool, RoleTable table) {
		if (this.notPlayed) {
			this.notPlayed = false;
			return false;
		}
		return this.role.isPlayedBy(pool, table);
	}

	@Override
	public Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		if (this.failing) {
			this.failing = false;
			throw new SQLException("The connection cannot be prepared");
		}
		return this.role.prepare(connection, pool, table);
	}

	@Override
	public String label() {
		return this.role.label();
	}

	@Override
	public boolean waitsForPrimary(RoleTable table) {
		return this.role.waitsForPrimary(table);
	}

	@Override
	public Lookout lookout() {
		this.lookouts.incrementAndGet();
		Lookout lookout = this.role.lookout();
		return new Lookout() {

			@Override
			public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool tried) {
				return counted(lookout.pick(table, tried));
			}

			@Override
			public long timeoutMillis() {
				return lookout.timeoutMillis();
			}

		};
	}

	@Override
	public boolean failFast(RoleTable table) {
		return this.role.failFast(table);
	}

	@Override
	public SQLException unavailable(Duration waited, RoleTable table) {
		return this.role.unavailable(waited, table);
	}

}
