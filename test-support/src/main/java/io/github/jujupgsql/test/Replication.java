package io.github.jujupgsql.test;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of a cluster, and how they take each other's place. Changes are made by one
 * thread at a time.
 */
final class Replication {

	private static final Logger logger = LoggerFactory.getLogger(Replication.class);

	private final ClusterHome home;

	private final ReplicationSettings settings;

	private final ReplicationWaits waits;

	Replication(ClusterHome home) throws IOException {
		this.home = home;
		this.settings = new ReplicationSettings(home);
		this.waits = new ReplicationWaits(home);
	}

	ClusterMembers members() {
		return this.settings.members();
	}

	private PgsqlServer master() {
		return members().master();
	}

	/**
	 * Start the master, with the users and the database that there are, and the first
	 * standbys.
	 */
	void start() throws IOException, SQLException {
		PgsqlServer master = master();
		this.home.initialize(master);
		master.folder().includeSettings();
		this.settings.write(master);
		master.start();
		try (Connection connection = master.connections().admin()) {
			Passwords.set(connection, Postgres.SUPERUSER, this.home.superuserPassword());
			ApplicationUser.createRole(connection, ReplicationSettings.USER, "REPLICATION", this.settings.password());
			this.home.user().createWithDatabase(connection, this.home.database());
		}
		add(this.home.options().standbys());
		if (this.home.options().synchronous()) {
			synchronous(true);
		}
	}

	/**
	 * See {@link PgsqlCluster#mostAdvancedStandby()}.
	 */
	PgsqlServer mostAdvancedStandby() throws SQLException {
		PgsqlServer best = null;
		Lsn most = new Lsn(0);
		for (PgsqlServer standby : members().standbys()) {
			if (standby.process().isAnswering()) {
				Lsn received = standby.recovery().receivedLsn();
				if (best == null || received.compareTo(most) > 0) {
					best = standby;
					most = received;
				}
			}
		}
		if (best == null) {
			throw new IllegalStateException("No standby runs, of " + members().standbys());
		}
		return best;
	}

	/**
	 * See {@link PgsqlCluster#promote}.
	 */
	PgsqlServer promote(PgsqlServer standby) throws IOException, SQLException {
		requireStandby(standby);
		PgsqlServer former = master();
		ClusterMembers after = members().promote(standby);
		// first they follow the standby, so that they do not get ahead of it
		for (PgsqlServer other : after.standbys()) {
			follow(other, standby);
		}
		Map<PgsqlServer, Lsn> received = this.waits.awaitLeft(after.standbys(), former);
		follow(standby, null);
		standby.connections().execute("SELECT pg_promote(false)");
		this.waits.awaitPromoted(standby);
		this.settings.members(after);
		logger.info("Promoted {}, the former master is {}", standby, former);
		rebuildThoseAhead(received, BaseBackup.forkOf(standby));
		return standby;
	}

	private void follow(PgsqlServer server, @Nullable PgsqlServer upstream) throws IOException {
		this.settings.write(server, upstream);
		server.process().reload();
	}

	private void rebuildThoseAhead(Map<PgsqlServer, Lsn> received, Lsn fork) throws IOException, SQLException {
		for (Map.Entry<PgsqlServer, Lsn> standby : received.entrySet()) {
			if (standby.getValue().compareTo(fork) > 0) {
				logger.info("{} had received more than the new master, and is made anew", standby.getKey());
				rebuild(List.of(standby.getKey()));
			}
		}
	}

	/**
	 * See {@link PgsqlCluster#rejoin}.
	 */
	void rejoin(PgsqlServer server) throws IOException, SQLException {
		if (!members().former().contains(server)) {
			requireStandby(server);
		}
		join(List.of(server));
	}

	/**
	 * Add standbys.
	 * @param count how many
	 * @return the new standbys, which stream
	 */
	List<PgsqlServer> add(int count) throws IOException, SQLException {
		List<PgsqlServer> added = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			added.add(this.settings.newServer());
		}
		if (!added.isEmpty()) {
			join(added);
		}
		return added;
	}

	private void join(List<PgsqlServer> servers) throws IOException, SQLException {
		rebuild(servers);
		for (PgsqlServer server : servers) {
			this.settings.members(members().join(server));
		}
		this.waits.awaitStreaming(master(), servers);
		if (this.settings.wantsSynchronous()) {
			applySynchronous();
		}
	}

	private void rebuild(List<PgsqlServer> servers) throws IOException, SQLException {
		for (PgsqlServer server : servers) {
			server.crash();
			server.process().removePostmasterFile();
		}
		BaseBackup.copy(master(), servers.stream().map(PgsqlServer::folder).toList(), this.home.postgres());
		for (PgsqlServer server : servers) {
			this.settings.write(server, master());
			server.start();
		}
	}

	/**
	 * See {@link PgsqlCluster#removeStandby}.
	 */
	void remove(PgsqlServer standby) throws IOException, SQLException {
		requireStandby(standby);
		this.settings.members(members().leave(standby));
		if (this.settings.wantsSynchronous()) {
			applySynchronous();
		}
		standby.process().discard();
		this.home.delete(standby);
	}

	private void requireStandby(PgsqlServer server) {
		if (!members().standbys().contains(server)) {
			throw new IllegalArgumentException(server + " is no standby of this cluster");
		}
	}

	/**
	 * See {@link PgsqlCluster#tls}.
	 */
	void tls(String certificate, String key) throws IOException, SQLException {
		this.settings.tls(certificate, key);
		for (PgsqlServer server : members().servers()) {
			this.settings.write(server);
			this.waits.awaitReloaded(server);
		}
	}

	/**
	 * See {@link PgsqlCluster#synchronous}.
	 */
	void synchronous(boolean on) throws IOException, SQLException {
		this.settings.synchronous(on);
		applySynchronous();
	}

	private void applySynchronous() throws IOException, SQLException {
		this.settings.write(master());
		if (master().isRunning()) {
			this.waits.awaitSynchronous(master(), this.settings.isSynchronous());
		}
	}

	void awaitStreaming() {
		this.waits.awaitStreaming(master(), members().standbys());
	}

	void awaitReplayed() {
		this.waits.awaitReplayed(master(), members().standbys());
	}

	/**
	 * End all servers, and delete those that have ended.
	 */
	void discard() throws IOException {
		List<PgsqlServer> ended = new ArrayList<>();
		for (PgsqlServer server : members().all()) {
			try {
				server.process().discard();
				ended.add(server);
			}
			catch (RuntimeException ex) {
				logger.warn("Cannot end {}", server, ex);
			}
		}
		for (PgsqlServer server : ended) {
			this.home.delete(server);
		}
	}

}
