package io.github.jujupgsql.test;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * One server of a {@link PgsqlCluster}: it can be connected to, and everything can happen
 * to it that happens to servers. It keeps its address for its whole life, whatever its
 * role and however often it is started. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PgsqlServer {

	static final String HOST = "127.0.0.1";

	private final ClusterHome home;

	private final int number;

	private final ServerFolder folder;

	private final Port port = Port.choose();

	private final ServerConnections connections;

	private final ServerProcess process;

	/**
	 * Describe a server that does not run yet.
	 * @param home what the servers of the cluster share
	 * @param number its number
	 * @param folder its folder
	 * @param settings writes its settings, according to its role
	 */
	PgsqlServer(ClusterHome home, int number, ServerFolder folder, ReplicationSettings settings) {
		this.home = home;
		this.number = number;
		this.folder = folder;
		this.connections = new ServerConnections(home, this.port);
		this.process = new ServerProcess(this::toString, home, folder, this.port, () -> settings.write(this));
	}

	/**
	 * Return the server's name, as Juju names units.
	 * @return for example {@code postgresql/0}
	 */
	public String name() {
		return "postgresql/" + this.number;
	}

	/**
	 * Return the server's host.
	 * @return {@code 127.0.0.1}
	 */
	public String host() {
		return HOST;
	}

	/**
	 * Return the server's port.
	 * @return the port, which stays the same
	 */
	public int port() {
		return this.port.number();
	}

	/**
	 * Return host and port.
	 * @return for example {@code 127.0.0.1:40001}
	 */
	public String address() {
		return HOST + ":" + port();
	}

	/**
	 * Return the libpq connection string for the application's user and database, with
	 * the password of now, as charms write it.
	 * @return for example
	 * {@code dbname=notes host=127.0.0.1 password=… port=40001 user=juju_notes}
	 */
	public String connectionString() {
		return named().connectionString();
	}

	/**
	 * Return the same as a URI.
	 * @return for example {@code postgresql://juju_notes:…@127.0.0.1:40001/notes}
	 */
	public String uri() {
		return named().uri();
	}

	NamedServer named() {
		return new NamedServer(name(), port(), this.home);
	}

	/**
	 * Connect as the application's user to its database.
	 * @return a new connection
	 * @throws SQLException if the server refuses, or does not answer within 10 seconds
	 */
	public Connection connection() throws SQLException {
		return this.connections.application();
	}

	/**
	 * Connect as superuser to the application's database.
	 * @return a new connection
	 * @throws SQLException if the server refuses, or does not answer within 10 seconds
	 */
	public Connection superuserConnection() throws SQLException {
		return this.connections.superuser();
	}

	/**
	 * Kill the postmaster and all its backends (SIGKILL), also when they are frozen, and
	 * wait until they are dead. {@link #start()} starts the server again, with all that
	 * was committed.
	 */
	public void crash() {
		this.process.crash();
	}

	/**
	 * Stop the postmaster and all its backends (SIGSTOP): clients still get connected, by
	 * the operating system, but nobody answers. Until {@link #thaw()}.
	 * @throws UnsupportedOperationException on Windows
	 */
	public void freeze() {
		this.process.freeze();
	}

	/**
	 * Let the postmaster and all its backends go on (SIGCONT). Nothing happens to a
	 * server that is not frozen.
	 * @throws UnsupportedOperationException on Windows
	 */
	public void thaw() {
		this.process.thaw();
	}

	/**
	 * End the server in its "fast" mode, in which sessions are disconnected, and wait for
	 * it. Nothing happens if it does not run; a frozen one is thawed first.
	 */
	public void stop() {
		this.process.stop();
	}

	/**
	 * End the server in its "immediate" mode, in which sessions are told and disconnected
	 * without a checkpoint, and wait for it. Nothing happens if it does not run; a frozen
	 * one is thawed first.
	 */
	public void stopImmediately() {
		this.process.stopImmediately();
	}

	/**
	 * Start the server and wait until it accepts connections. Nothing happens if it runs.
	 * It comes up in the role in which it ended: a former master is a primary again, with
	 * a history of its own.
	 */
	public void start() {
		this.process.start();
	}

	/**
	 * Stop and start the server.
	 */
	public void restart() {
		this.process.restart();
	}

	/**
	 * Return whether the server's postmaster is alive. A frozen one is.
	 * @return whether it runs
	 */
	public boolean isRunning() {
		return this.process.isRunning();
	}

	/**
	 * Return whether the server is in recovery, which a standby is.
	 * @return {@code pg_is_in_recovery()}
	 * @throws SQLException if it cannot be asked
	 */
	public boolean isInRecovery() throws SQLException {
		return recovery().isInRecovery();
	}

	/**
	 * Return how far the server is.
	 * @return on a standby what it has replayed, and on a primary what it has flushed
	 * @throws SQLException if it cannot be asked
	 */
	public Lsn replayedLsn() throws SQLException {
		return recovery().replayedLsn();
	}

	/**
	 * Make a standby stop replaying, while it goes on receiving, and wait until it does.
	 * @throws SQLException if it cannot be asked, or is no standby
	 */
	public void pauseReplay() throws SQLException {
		recovery().pauseReplay();
	}

	/**
	 * Make a standby go on replaying.
	 * @throws SQLException if it cannot be asked, or is no standby
	 */
	public void resumeReplay() throws SQLException {
		recovery().resumeReplay();
	}

	/**
	 * Return the server's own log.
	 * @return the file, which is deleted with the cluster
	 */
	public Path log() {
		return this.folder.log();
	}

	ServerConnections connections() {
		return this.connections;
	}

	Recovery recovery() {
		return new Recovery(this);
	}

	ServerProcess process() {
		return this.process;
	}

	ServerFolder folder() {
		return this.folder;
	}

	@Override
	public String toString() {
		return name() + " at " + address();
	}

}
