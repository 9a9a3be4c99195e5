package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What the servers of one cluster share. Safe for use by several threads.
 */
final class ClusterHome {

	private final TestFolder testFolder = TestFolder.get();

	private final Postgres postgres = this.testFolder.postgres();

	private final ClusterOptions options;

	private final ApplicationUser user;

	private final Path folder;

	private volatile boolean closed;

	/**
	 * Make the folder of a cluster.
	 * @param cluster the cluster, which the JVM's end may close
	 * @param options what kind of cluster it is
	 */
	ClusterHome(PgsqlCluster cluster, ClusterOptions options) throws IOException {
		this.options = options;
		String password = options.password();
		this.user = new ApplicationUser(options.user(), (password != null) ? password : Passwords.random());
		this.folder = this.testFolder.add(cluster);
	}

	ClusterOptions options() {
		return this.options;
	}

	String database() {
		return this.options.database();
	}

	ApplicationUser user() {
		return this.user;
	}

	String superuserPassword() {
		return this.testFolder.superuserPassword();
	}

	Postgres postgres() {
		return this.postgres;
	}

	/**
	 * Return the folder for whatever belongs to the cluster.
	 * @return the folder
	 */
	Path folder() {
		return this.folder;
	}

	/**
	 * Make the folder of a server.
	 * @param number the server's number
	 * @return the folder
	 */
	ServerFolder createServerFolder(int number) throws IOException {
		ServerFolder serverFolder = new ServerFolder(this.folder.resolve(ServerFolder.PREFIX + number));
		this.postgres.createHome(serverFolder);
		this.testFolder.spares().give(serverFolder);
		return serverFolder;
	}

	/**
	 * Make the data folder of a master.
	 * @param server the server
	 */
	void initialize(PgsqlServer server) throws IOException {
		this.testFolder.initialize(server.folder());
	}

	/**
	 * Delete the folder of a server that has ended for good.
	 * @param server the server
	 */
	void delete(PgsqlServer server) throws IOException {
		this.testFolder.spares().add(server.folder());
		FileTree.delete(server.folder().home());
	}

	/**
	 * Delete the cluster's folder.
	 * @param cluster the cluster
	 */
	void delete(PgsqlCluster cluster) throws IOException {
		this.testFolder.remove(cluster, this.folder);
	}

	void ensureOpen() {
		if (this.closed) {
			throw new IllegalStateException("The cluster is closed");
		}
	}

	/**
	 * Have everybody give up who waits for something.
	 */
	void close() {
		this.closed = true;
	}

}
