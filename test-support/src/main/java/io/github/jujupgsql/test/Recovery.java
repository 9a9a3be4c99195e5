package io.github.jujupgsql.test;

import java.sql.SQLException;

/**
 * How a server is in recovery, and how far: asked as superuser each time.
 *
 * @param server the server
 */
record Recovery(PgsqlServer server) {

	boolean isInRecovery() throws SQLException {
		return this.server.connections().ask("SELECT pg_is_in_recovery()").equals("t");
	}

	/**
	 * Return how far the server is.
	 * @return on a standby what it has replayed, and on a primary what it has flushed
	 */
	Lsn replayedLsn() throws SQLException {
		return position("CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0')"
				+ " ELSE pg_current_wal_flush_lsn() END");
	}

	/**
	 * Return the last position of which a standby knows, replayed or not.
	 */
	Lsn receivedLsn() throws SQLException {
		return position("greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0')");
	}

	private Lsn position(String sql) throws SQLException {
		return Lsn.parse(this.server.connections().ask("SELECT " + sql));
	}

	/**
	 * Make a standby stop replaying, and wait until it does.
	 */
	void pauseReplay() throws SQLException {
		this.server.connections().execute("SELECT pg_wal_replay_pause()");
		Await.until(this.server.connections().home(), () -> this.server + " does not pause replaying",
				() -> this.server.connections().ask("SELECT pg_get_wal_replay_pause_state()").equals("paused"));
	}

	void resumeReplay() throws SQLException {
		this.server.connections().execute("SELECT pg_wal_replay_resume()");
	}

}
