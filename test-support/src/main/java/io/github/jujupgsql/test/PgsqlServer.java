package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.postgresql.ds.PGSimpleDataSource;

/**
 * One server of a {@link PgsqlCluster}: it can be connected to, and everything can happen
 * to it that happens to servers. It keeps its address for its whole life, whatever its
 * role and however often it is started. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PgsqlServer {

	static final String HOST = "127.0.0.1";

	private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration PORT_TIMEOUT = Duration.ofSeconds(20);

	private final PgsqlCluster cluster;

	private final int number;

	private final ServerFolder folder;

	private final Postgres postgres;

	private final Port port = Port.choose();

	private boolean everStarted;

	private volatile boolean frozen;

	PgsqlServer(PgsqlCluster cluster, int number, ServerFolder folder, Postgres postgres) {
		this.cluster = cluster;
		this.number = number;
		this.folder = folder;
		this.postgres = postgres;
	}

	/**
	 * The server's name, as Juju names units.
	 * @return for example {@code postgresql/0}
	 */
	public String name() {
		return "postgresql/" + this.number;
	}

	/**
	 * The server's host.
	 * @return {@code 127.0.0.1}
	 */
	public String host() {
		return HOST;
	}

	/**
	 * The server's port.
	 * @return the port, which stays the same
	 */
	public int port() {
		return this.port.number();
	}

	/**
	 * Host and port.
	 * @return for example {@code 127.0.0.1:40001}
	 */
	public String address() {
		return HOST + ":" + port();
	}

	/**
	 * The libpq connection string for the application's user and database, with the
	 * password of now, as charms write it.
	 * @return for example
	 * {@code dbname=notes host=127.0.0.1 password=… port=40001 user=juju_notes}
	 */
	public String connectionString() {
		return ConnectionStrings.keyValue(Map.of("dbname", this.cluster.database(), "host", HOST, "password",
				this.cluster.password(), "port", Integer.toString(port()), "user", this.cluster.user()));
	}

	/**
	 * The same as a URI.
	 * @return for example {@code postgresql://juju_notes:…@127.0.0.1:40001/notes}
	 */
	public String uri() {
		return ConnectionStrings.uri(this.cluster.user(), this.cluster.password(), address(), this.cluster.database());
	}

	/**
	 * Connects as the application's user to its database.
	 * @return a new connection
	 * @throws SQLException if the server refuses, or does not answer within 10 seconds
	 */
	public Connection connection() throws SQLException {
		return connect(this.cluster.database(), this.cluster.user(), this.cluster.password());
	}

	/**
	 * Connects as superuser to the application's database.
	 * @return a new connection
	 * @throws SQLException if the server refuses, or does not answer within 10 seconds
	 */
	public Connection superuserConnection() throws SQLException {
		return connect(this.cluster.database(), Postgres.SUPERUSER, this.cluster.superuserPassword());
	}

	/**
	 * Connects as superuser, also while the application's database does not exist.
	 * @return a new connection
	 */
	Connection adminConnection() throws SQLException {
		return connect("postgres", Postgres.SUPERUSER, this.cluster.superuserPassword());
	}

	private Connection connect(String database, String user, String password) throws SQLException {
		// not by the driver manager, which looks at the caller's class loader
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setServerNames(new String[] { HOST });
		dataSource.setPortNumbers(new int[] { port() });
		dataSource.setDatabaseName(database);
		dataSource.setUser(user);
		dataSource.setPassword(password);
		dataSource.setLoginTimeout((int) LOGIN_TIMEOUT.toSeconds());
		return dataSource.getConnection();
	}

	/**
	 * Asks for one value, as superuser.
	 * @param sql the query
	 * @return the value as text
	 */
	String ask(String sql) throws SQLException {
		try (Connection connection = adminConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(sql)) {
			result.next();
			return String.valueOf(result.getString(1));
		}
	}

	/**
	 * Kills the postmaster and all its backends (SIGKILL), also when they are frozen, and
	 * waits until they are dead. {@link #start()} starts the server again, with all that
	 * was committed.
	 */
	public synchronized void crash() {
		try {
			ProcessHandle postmaster = postmaster().orElse(null);
			if (postmaster != null) {
				Processes.killTree(postmaster);
			}
			this.frozen = false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot kill " + this, ex);
		}
		this.port.keep();
	}

	/**
	 * Stops the postmaster and all its backends (SIGSTOP): clients still get connected,
	 * by the operating system, but nobody answers. Until {@link #thaw()}.
	 * @throws UnsupportedOperationException on Windows
	 */
	public synchronized void freeze() {
		requireSignals();
		try {
			Processes.stopTree(requirePostmaster());
			this.frozen = true;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot freeze " + this, ex);
		}
	}

	/**
	 * Lets the postmaster and all its backends go on (SIGCONT). Nothing happens to a
	 * server that is not frozen.
	 * @throws UnsupportedOperationException on Windows
	 */
	public synchronized void thaw() {
		requireSignals();
		try {
			Processes.continueTree(requirePostmaster());
			this.frozen = false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot thaw " + this, ex);
		}
	}

	private static void requireSignals() {
		if (OperatingSystem.current() == OperatingSystem.WINDOWS) {
			throw new UnsupportedOperationException("Windows does not stop and continue processes");
		}
	}

	/**
	 * Ends the server in its "fast" mode, in which sessions are disconnected, and waits
	 * for it. Nothing happens if it does not run; a frozen one is thawed first.
	 */
	public synchronized void stop() {
		stop("fast");
	}

	private void stop(String mode) {
		ProcessHandle postmaster = postmaster().orElse(null);
		if (postmaster != null) {
			try {
				if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
					Processes.continueTree(postmaster);
				}
				this.frozen = false;
				this.postgres.stop(this.folder, mode);
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Cannot stop " + this, ex);
			}
		}
		this.port.keep();
	}

	/**
	 * Starts the server and waits until it accepts connections. Nothing happens if it
	 * runs. It comes up in the role in which it ended: a former master is a primary
	 * again, with a history of its own.
	 */
	public synchronized void start() {
		this.cluster.ensureOpen();
		if (isRunning()) {
			return;
		}
		long deadline = System.nanoTime() + PORT_TIMEOUT.toNanos();
		try {
			removePostmasterFile();
			while (!tryStart()) {
				if (System.nanoTime() > deadline) {
					throw new IllegalStateException("The port of " + this + " is taken");
				}
				Await.pause(Duration.ofMillis(100));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start " + this, ex);
		}
		this.everStarted = true;
	}

	/**
	 * Remove what a server has left that was killed. PostgreSQL would do the same, but
	 * takes a dead process that its parent has not collected yet for a living one.
	 */
	synchronized void removePostmasterFile() throws IOException {
		SharedMemory.removeSegmentOf(this.folder);
		Files.deleteIfExists(this.folder.postmasterPid());
	}

	private boolean tryStart() throws IOException {
		this.port.release();
		try {
			this.postgres.start(this.folder);
			return true;
		}
		catch (Postgres.PortTakenException ex) {
			if (this.everStarted) {
				this.port.keep();
			}
			else {
				this.port.change();
				this.cluster.configure(this);
			}
			return false;
		}
	}

	/**
	 * Stops and starts the server.
	 */
	public synchronized void restart() {
		stop();
		start();
	}

	/**
	 * Ends the server for good, as fast as can be.
	 */
	synchronized void discard() {
		try {
			stop("immediate");
		}
		catch (RuntimeException ex) {
			crash();
		}
		this.port.release();
		try {
			SharedMemory.removeSegmentOf(this.folder);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	synchronized void writeSettings(ServerSettings settings) throws IOException {
		this.postgres.writeSecret(this.folder.settings(), settings.toString());
	}

	synchronized void includeSettings() throws IOException {
		Files.writeString(this.folder.data().resolve("postgresql.conf"),
				"\ninclude '" + this.folder.settings().getFileName() + "'\n", StandardOpenOption.APPEND);
	}

	/**
	 * Makes the server read its settings, if it runs; a frozen one will when it is
	 * thawed.
	 */
	synchronized void reload() {
		if (isRunning()) {
			this.postgres.reload(this.folder);
		}
	}

	/**
	 * Whether the server's postmaster is alive. A frozen one is.
	 * @return whether it runs
	 */
	public boolean isRunning() {
		return postmaster().isPresent();
	}

	boolean isFrozen() {
		return this.frozen;
	}

	private ProcessHandle requirePostmaster() {
		return postmaster().orElseThrow(() -> new IllegalStateException(this + " does not run"));
	}

	private Optional<ProcessHandle> postmaster() {
		return this.folder.postmasterFile()
			.flatMap((file) -> ProcessHandle.of(file.pid()))
			.filter(Processes::isAlive)
			.filter(this::isOurs);
	}

	/**
	 * A server that was killed leaves its process id in its folder, which may be somebody
	 * else's by now.
	 */
	private boolean isOurs(ProcessHandle process) {
		return process.info().command().map((command) -> this.postgres.isProgram(Path.of(command))).orElse(true);
	}

	/**
	 * Whether the server is in recovery, which a standby is.
	 * @return {@code pg_is_in_recovery()}
	 * @throws SQLException if it cannot be asked
	 */
	public boolean isInRecovery() throws SQLException {
		return ask("SELECT pg_is_in_recovery()").equals("t");
	}

	/**
	 * How far the server is.
	 * @return on a standby what it has replayed, and on a primary what it has flushed
	 * @throws SQLException if it cannot be asked
	 */
	public Lsn replayedLsn() throws SQLException {
		return Lsn.parse(ask("SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0')"
				+ " ELSE pg_current_wal_flush_lsn() END"));
	}

	/**
	 * The last position of which a standby knows, replayed or not.
	 */
	Lsn receivedLsn() throws SQLException {
		return Lsn.parse(ask("SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0')"));
	}

	/**
	 * Makes a standby stop replaying, while it goes on receiving, and waits until it
	 * does.
	 * @throws SQLException if it cannot be asked, or is no standby
	 */
	public void pauseReplay() throws SQLException {
		execute("SELECT pg_wal_replay_pause()");
		Await.until(this.cluster, () -> this + " does not pause replaying",
				() -> ask("SELECT pg_get_wal_replay_pause_state()").equals("paused"));
	}

	/**
	 * Makes a standby go on replaying.
	 * @throws SQLException if it cannot be asked, or is no standby
	 */
	public void resumeReplay() throws SQLException {
		execute("SELECT pg_wal_replay_resume()");
	}

	void execute(String sql) throws SQLException {
		try (Connection connection = adminConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * The server's own log.
	 * @return the file, which is deleted with the cluster
	 */
	public Path log() {
		return this.folder.log();
	}

	ServerFolder folder() {
		return this.folder;
	}

	PgsqlCluster cluster() {
		return this.cluster;
	}

	int number() {
		return this.number;
	}

	/**
	 * Name and address.
	 * @return no secrets
	 */
	@Override
	public String toString() {
		return name() + " at " + address();
	}

}
