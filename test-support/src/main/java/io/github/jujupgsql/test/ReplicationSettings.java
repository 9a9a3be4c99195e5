package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The servers of a cluster by role, and the settings that follow from it. Safe for use by
 * several threads, of which one at a time changes it.
 */
final class ReplicationSettings {

	static final String USER = "replication";

	private final ClusterHome home;

	private final String password = Passwords.random();

	private volatile ClusterMembers members;

	private volatile boolean tls;

	private volatile boolean synchronous;

	private int serverCount;

	ReplicationSettings(ClusterHome home) throws IOException {
		this.home = home;
		home.postgres().writeSecret(passwordFile(), "*:*:*:" + USER + ":" + this.password + "\n");
		this.members = new ClusterMembers(newServer(), List.of(), List.of());
	}

	/**
	 * Make a server that has no role yet, and does not run.
	 * @return the server
	 */
	PgsqlServer newServer() throws IOException {
		int number = this.serverCount++;
		return new PgsqlServer(this.home, number, this.home.createServerFolder(number), this);
	}

	ClusterMembers members() {
		return this.members;
	}

	void members(ClusterMembers changed) {
		this.members = changed;
	}

	/**
	 * Return the password by which standbys log in.
	 * @return the password
	 */
	String password() {
		return this.password;
	}

	boolean isSynchronous() {
		return this.synchronous && !this.members.standbys().isEmpty();
	}

	boolean wantsSynchronous() {
		return this.synchronous;
	}

	void synchronous(boolean on) {
		this.synchronous = on;
	}

	/**
	 * Have servers use TLS once their settings are written.
	 * @param certificate their certificate as PEM text
	 * @param key its key as PEM text
	 */
	void tls(String certificate, String key) throws IOException {
		this.home.postgres().writeSecret(certificateFile(), certificate);
		this.home.postgres().writeSecret(keyFile(), key);
		this.tls = true;
	}

	/**
	 * Write the settings of a server, according to its role.
	 * @param server the server
	 */
	void write(PgsqlServer server) throws IOException {
		ClusterMembers now = this.members;
		write(server, server.equals(now.master()) || now.former().contains(server) ? null : now.master());
	}

	/**
	 * Write the settings of a server.
	 * @param server the server
	 * @param upstream where it streams from; {@code null} for a master
	 */
	void write(PgsqlServer server, @Nullable PgsqlServer upstream) throws IOException {
		ServerSettings settings = new ServerSettings().port(server.port());
		if (upstream != null) {
			settings.primaryConninfo(ConnectionStrings
				.keyValue(Map.of("host", PgsqlServer.HOST, "port", Integer.toString(upstream.port()), "user", USER,
						"passfile", passwordFile().toString(), "application_name", server.name())));
		}
		boolean othersFollow = this.members.standbys().stream().anyMatch((standby) -> !standby.equals(server));
		settings.synchronousStandbyNames((this.synchronous && othersFollow) ? ServerSettings.ANY_STANDBY : "");
		if (this.tls) {
			settings.tls(certificateFile(), keyFile());
		}
		this.home.postgres()
			.writeSecret(server.folder().settings(), settings.all(this.home.options().settings()).toString());
	}

	private Path passwordFile() {
		return this.home.folder().resolve("passwords");
	}

	private Path certificateFile() {
		return this.home.folder().resolve("server.crt");
	}

	private Path keyFile() {
		return this.home.folder().resolve("server.key");
	}

}
