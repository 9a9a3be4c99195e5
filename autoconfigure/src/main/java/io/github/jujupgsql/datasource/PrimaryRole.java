package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import org.jspecify.annotations.Nullable;

/**
 * The role of the primary. What its connections are like depends on what they are
 * borrowed for.
 */
final class PrimaryRole implements Role {

	/** No other pool could have a connection to lend. */
	private static final Lookout LOOKOUT = new Lookout() {

		@Override
		public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool tried) {
			return table.primary();
		}

		@Override
		public long timeoutMillis() {
			return Long.MAX_VALUE;
		}

	};

	private final Preparation preparation;

	private PrimaryRole(Preparation preparation) {
		this.preparation = preparation;
	}

	/**
	 * Lend connections as they are.
	 */
	static Role readWrite() {
		return new PrimaryRole((connection, pool) -> connection);
	}

	/**
	 * Lend connections that report to the {@link ReadYourWrites scope} of their borrower,
	 * if it is in one, how far they have committed.
	 */
	static Role readWriteInScopes() {
		return new PrimaryRole(LsnTrackingConnection::beginInScope);
	}

	/**
	 * Lend connections whose sessions refuse to write, to readers that no replica can
	 * serve.
	 */
	static Role readOnly() {
		return new PrimaryRole(ReadOnlySessionConnection::begin);
	}

	@Override
	public @Nullable ServerPool pick(RoleTable table, @Nullable ServerPool except) {
		return table.primary();
	}

	@Override
	public boolean isPlayedBy(ServerPool pool, RoleTable table) {
		return table.primary() == pool;
	}

	@Override
	public Connection prepare(Connection connection, ServerPool pool, RoleTable table) throws SQLException {
		return this.preparation.prepare(connection, pool);
	}

	@Override
	public String label() {
		return "primary";
	}

	@Override
	public boolean waitsForPrimary(RoleTable table) {
		return true;
	}

	@Override
	public Lookout lookout() {
		return LOOKOUT;
	}

	@Override
	public boolean failFast(RoleTable table) {
		return table.failFast();
	}

	@Override
	public SQLException unavailable(Duration waited, RoleTable table) {
		return new PrimaryUnavailableException(waited, table.noPrimaryReason());
	}

	/**
	 * What is done to a connection before it is lent.
	 */
	private interface Preparation {

		Connection prepare(Connection connection, ServerPool pool) throws SQLException;

	}

}
