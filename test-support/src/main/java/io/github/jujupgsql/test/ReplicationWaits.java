package io.github.jujupgsql.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Waits until servers are as far as they should be.
 */
final class ReplicationWaits {

	private final ClusterHome home;

	ReplicationWaits(ClusterHome home) {
		this.home = home;
	}

	/**
	 * Wait until standbys stream.
	 * @param master where from
	 * @param standbys the standbys
	 */
	void awaitStreaming(PgsqlServer master, List<PgsqlServer> standbys) {
		List<String> names = standbys.stream().map(PgsqlServer::name).toList();
		Await.until(this.home, () -> "Not all of " + standbys + " stream from " + master,
				() -> streaming(master).containsAll(names));
	}

	private static Set<String> streaming(PgsqlServer master) throws SQLException {
		Set<String> names = new HashSet<>();
		try (Connection connection = master.connections().admin();
				Statement statement = connection.createStatement();
				ResultSet result = statement
					.executeQuery("SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")) {
			while (result.next()) {
				names.add(result.getString(1));
			}
		}
		return names;
	}

	/**
	 * Wait until standbys have replayed what is committed now.
	 * @param master where
	 * @param standbys the standbys
	 */
	void awaitReplayed(PgsqlServer master, List<PgsqlServer> standbys) {
		try {
			Lsn target = master.replayedLsn();
			for (PgsqlServer standby : standbys) {
				Await.until(this.home, () -> standby + " has not replayed " + target,
						() -> standby.replayedLsn().hasReached(target));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(master + " does not tell how far it is", ex);
		}
	}

	/**
	 * Wait until standbys do not stream from a server any more.
	 * @param standbys the standbys
	 * @param upstream the server
	 * @return how far they are then; without those that cannot tell
	 */
	Map<PgsqlServer, Lsn> awaitLeft(List<PgsqlServer> standbys, PgsqlServer upstream) throws SQLException {
		Map<PgsqlServer, Lsn> received = new LinkedHashMap<>();
		for (PgsqlServer standby : standbys) {
			if (standby.process().isAnswering()) {
				Await.until(this.home, () -> standby + " does not leave " + upstream,
						() -> standby.connections()
							.ask("SELECT count(*) FROM pg_stat_wal_receiver WHERE sender_port = " + upstream.port())
							.equals("0"));
				received.put(standby, standby.recovery().receivedLsn());
			}
		}
		return received;
	}

	/**
	 * Wait until a standby is one no more. {@code pg_promote} itself would look ten times
	 * a second.
	 * @param standby what has been told to promote itself
	 */
	void awaitPromoted(PgsqlServer standby) throws SQLException {
		try (Connection connection = standby.connections().admin();
				Statement statement = connection.createStatement()) {
			Await.until(this.home, () -> standby + " is not promoted:\n" + standby.folder().logTail(),
					() -> !isInRecovery(statement));
		}
	}

	private static boolean isInRecovery(Statement statement) throws SQLException {
		try (ResultSet result = statement.executeQuery("SELECT pg_is_in_recovery()")) {
			result.next();
			return result.getBoolean(1);
		}
	}

	/**
	 * Have a server read its settings, if it answers, and wait until sessions that begin
	 * then have them.
	 * @param server the server
	 */
	void awaitReloaded(PgsqlServer server) throws SQLException {
		if (server.process().isAnswering()) {
			String before = server.connections().ask("SELECT pg_conf_load_time()");
			server.process().reload();
			// the postmaster's, which new sessions inherit
			Await.until(this.home, () -> server + " does not take over its settings",
					() -> !server.connections().ask("SELECT pg_conf_load_time()").equals(before));
		}
	}

	/**
	 * Have a master read its settings, and wait until commits wait for a standby, or do
	 * not.
	 * @param master the master, which must run
	 * @param on whether they are to wait
	 */
	void awaitSynchronous(PgsqlServer master, boolean on) throws SQLException {
		master.process().reload();
		Await.until(this.home, () -> master + " does not take over its settings",
				() -> master.connections().ask("SHOW synchronous_standby_names").isEmpty() != on);
		// commits look at what the checkpointer has made of the setting: it was told
		// before the session began that saw the new value, and takes it over before this
		master.connections().execute("CHECKPOINT");
		if (on) {
			Await.until(this.home, () -> "No standby of " + master + " is synchronous",
					() -> !master.connections()
						.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
						.equals("0"));
		}
	}

}
