package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL: a master and hot standbys that stream from it, on the loopback
 * interface of this machine. Nothing has to be installed: the programs come from Maven
 * artifacts, of the version that is on the class path.
 * <p>
 * There are an application's user and database, as a charm makes them: the user owns the
 * database, and everybody, also the superuser and the standbys, authenticates with a
 * password by SCRAM.
 * <p>
 * Commits are real: {@code synchronous_commit} is on, and what a server has confirmed
 * survives {@link PgsqlServer#crash()}, since the operating system has it. Only
 * {@code fsync} is off: a machine that loses its power may lose data.
 * <p>
 * All servers and files are below one folder of this JVM in {@code java.io.tmpdir}, and
 * are gone after {@link #close()}, or when the JVM ends. What a JVM leaves that was
 * killed is removed when the next one starts its first cluster.
 * <p>
 * PostgreSQL refuses to run as root. If we are root, it runs in a user namespace of its
 * own ({@code unshare -U}); where that is not allowed, as {@code postgres} or
 * {@code nobody}, or whom the system property {@code io.github.jujupgsql.test.user}
 * names.
 * <p>
 * Safe for use by several threads; changes of the cluster happen one after the other.
 * What takes more than 30 seconds fails with an {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public final class PgsqlCluster implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PgsqlCluster.class);

	private static final String REPLICATION_USER = "replication";

	private final Builder options;

	private final String replicationPassword = Passwords.random();

	private final TestFolder testFolder;

	private final Path folder;

	private final Postgres postgres;

	/**
	 * Held by whoever changes the cluster.
	 */
	private final ReentrantLock changes = new ReentrantLock();

	private final String version;

	private volatile Members members;

	private volatile String user;

	private volatile String password;

	private volatile boolean tls;

	private volatile boolean synchronous;

	private volatile boolean closed;

	private boolean removed;

	private int serverCount;

	private PgsqlCluster(Builder options) {
		long start = System.nanoTime();
		this.options = options;
		this.user = options.user;
		this.password = (options.password != null) ? options.password : Passwords.random();
		this.testFolder = TestFolder.get();
		this.postgres = this.testFolder.postgres();
		this.changes.lock();
		try {
			this.folder = this.testFolder.add(this);
			this.members = new Members(newServer(), List.of(), List.of());
			try {
				startMaster();
				this.version = master().ask("SHOW server_version").split(" ", 2)[0];
				addStandbys(options.standbys);
				synchronous(options.synchronous);
			}
			catch (IOException | SQLException | RuntimeException ex) {
				closeAfter(ex);
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The cluster cannot be set up", ex);
		}
		finally {
			this.changes.unlock();
		}
		logger.info("Started {} in {} ms", this, Duration.ofNanos(System.nanoTime() - start).toMillis());
	}

	private void closeAfter(Exception failure) {
		try {
			close();
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Starts a cluster with the defaults.
	 * @param standbys how many standbys
	 * @return the cluster
	 */
	public static PgsqlCluster start(int standbys) {
		return builder().standbys(standbys).start();
	}

	/**
	 * Says what kind of cluster to start.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	private PgsqlServer newServer() throws IOException {
		int number = this.serverCount++;
		ServerFolder serverFolder = new ServerFolder(this.folder.resolve(ServerFolder.PREFIX + number));
		this.postgres.createHome(serverFolder);
		this.testFolder.spares().give(serverFolder);
		return new PgsqlServer(this, number, serverFolder, this.postgres);
	}

	private void startMaster() throws IOException, SQLException {
		this.postgres.writeSecret(passwordFile(), "*:*:*:" + REPLICATION_USER + ":" + this.replicationPassword + "\n");
		PgsqlServer master = master();
		this.testFolder.initialize(master.folder());
		master.includeSettings();
		configure(master);
		master.start();
		try (Connection connection = master.adminConnection(); Statement statement = connection.createStatement()) {
			createUser(connection, REPLICATION_USER, "REPLICATION", this.replicationPassword);
			createUser(connection, user(), "", this.password);
			statement.execute("CREATE DATABASE " + statement.enquoteIdentifier(database(), true) + " OWNER "
					+ statement.enquoteIdentifier(user(), true));
		}
	}

	private static void createUser(Connection connection, String name, String options, String password)
			throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("CREATE ROLE " + statement.enquoteIdentifier(name, true) + " LOGIN " + options);
		}
		setPassword(connection, name, password);
	}

	/**
	 * The server, and so its log, learns only what SCRAM makes of the password.
	 */
	private static void setPassword(Connection connection, String name, String password) throws SQLException {
		connection.unwrap(PGConnection.class).alterUserPassword(name, password.toCharArray(), "scram-sha-256");
	}

	private Path passwordFile() {
		return this.folder.resolve("passwords");
	}

	private Path certificateFile() {
		return this.folder.resolve("server.crt");
	}

	private Path keyFile() {
		return this.folder.resolve("server.key");
	}

	/**
	 * Writes the settings of a server, according to its role.
	 * @param server the server
	 */
	void configure(PgsqlServer server) throws IOException {
		Members now = this.members;
		configure(server, server.equals(now.master()) || now.former().contains(server) ? null : now.master());
	}

	/**
	 * Writes the settings of a server.
	 * @param server the server
	 * @param upstream where it streams from; {@code null} for a master
	 */
	private void configure(PgsqlServer server, @Nullable PgsqlServer upstream) throws IOException {
		ServerSettings settings = new ServerSettings().port(server.port());
		if (upstream != null) {
			settings.primaryConninfo(ConnectionStrings
				.keyValue(Map.of("host", PgsqlServer.HOST, "port", Integer.toString(upstream.port()), "user",
						REPLICATION_USER, "passfile", passwordFile().toString(), "application_name", server.name())));
		}
		boolean othersFollow = standbys().stream().anyMatch((standby) -> !standby.equals(server));
		settings.synchronousStandbyNames((this.synchronous && othersFollow) ? ServerSettings.ANY_STANDBY : "");
		if (this.tls) {
			settings.tls(certificateFile(), keyFile());
		}
		server.writeSettings(settings.all(this.options.settings));
	}

	/**
	 * The server that is the master now.
	 * @return the server, which may be down
	 */
	public PgsqlServer master() {
		return this.members.master();
	}

	/**
	 * The servers that are standbys now.
	 * @return the servers, which may be down
	 */
	public List<PgsqlServer> standbys() {
		return this.members.standbys();
	}

	/**
	 * The servers that are former masters now: promoted away from, and not yet
	 * {@linkplain #rejoin rejoined}.
	 * @return the servers, which may be down, or still take writes
	 */
	public List<PgsqlServer> formerMasters() {
		return this.members.former();
	}

	/**
	 * The master and the standbys.
	 * @return the master first
	 */
	public List<PgsqlServer> servers() {
		Members now = this.members;
		return Stream.concat(Stream.of(now.master()), now.standbys().stream()).toList();
	}

	/**
	 * The application's database.
	 * @return the name
	 */
	public String database() {
		return this.options.database;
	}

	/**
	 * The application's user.
	 * @return the name of now
	 */
	public String user() {
		return this.user;
	}

	/**
	 * The password of the application's user.
	 * @return the password of now
	 */
	public String password() {
		return this.password;
	}

	String superuserPassword() {
		return this.testFolder.superuserPassword();
	}

	/**
	 * The version of PostgreSQL.
	 * @return for example {@code 18.6}
	 */
	public String version() {
		return this.version;
	}

	/**
	 * A folder for whatever belongs to the cluster.
	 */
	Path folder() {
		return this.folder;
	}

	/**
	 * The standby that has received the most, which is the one to promote when the master
	 * is dead: it has all that was committed, if the cluster is synchronous, and the
	 * others can follow it.
	 * @return one of {@link #standbys()} that runs and answers
	 * @throws IllegalStateException if there is none
	 */
	public PgsqlServer mostAdvancedStandby() {
		return change(() -> {
			PgsqlServer best = null;
			Lsn most = new Lsn(0);
			for (PgsqlServer standby : standbys()) {
				if (standby.isRunning() && !standby.isFrozen()) {
					Lsn received = standby.receivedLsn();
					if (best == null || received.compareTo(most) > 0) {
						best = standby;
						most = received;
					}
				}
			}
			if (best == null) {
				throw new IllegalStateException("No standby runs, of " + standbys());
			}
			return best;
		});
	}

	/**
	 * Makes a standby the master ({@code pg_promote}). Sessions on it stay, and can write
	 * afterwards. The other standbys follow it; one that had received more than it is
	 * made anew. What becomes of the former master is left to the caller: if it runs, it
	 * goes on as it is, and takes writes that are on no server that counts. A cluster
	 * that is synchronous stays so, unless no standby is left; then it is again with the
	 * next one. Also the former master does, whose standbys are gone: commits on it do
	 * not return.
	 * @param standby one of {@link #standbys()}, which must run
	 * @return the standby
	 */
	public PgsqlServer promote(PgsqlServer standby) {
		return change(() -> {
			requireStandby(standby);
			Members before = this.members;
			Members after = before.promote(standby);
			// first they follow the standby, so that they do not get ahead of it
			for (PgsqlServer other : after.standbys()) {
				follow(other, standby);
			}
			Map<PgsqlServer, Lsn> received = received(after.standbys(), before.master());
			follow(standby, null);
			if (!standby.ask("SELECT pg_promote(true, " + Await.TIMEOUT.toSeconds() + ")").equals("t")) {
				throw new IllegalStateException(standby + " is not promoted:\n" + standby.folder().logTail());
			}
			this.members = after;
			logger.info("Promoted {}, the former master is {}", standby, before.master());
			rebuildThoseAhead(received, BaseBackup.forkOf(standby));
			return standby;
		});
	}

	private void follow(PgsqlServer server, @Nullable PgsqlServer upstream) throws IOException {
		configure(server, upstream);
		server.reload();
	}

	/**
	 * How far standbys are that no longer stream from a server. Those that cannot tell
	 * are left out.
	 */
	private Map<PgsqlServer, Lsn> received(List<PgsqlServer> standbys, PgsqlServer upstream) throws SQLException {
		Map<PgsqlServer, Lsn> received = new LinkedHashMap<>();
		for (PgsqlServer standby : standbys) {
			if (standby.isRunning() && !standby.isFrozen()) {
				Await.until(this, () -> standby + " does not leave " + upstream,
						() -> standby
							.ask("SELECT count(*) FROM pg_stat_wal_receiver WHERE sender_port = " + upstream.port())
							.equals("0"));
				received.put(standby, standby.receivedLsn());
			}
		}
		return received;
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
	 * Makes a server a standby of the master: with a fresh copy of the master's data,
	 * under its old address. For a former master, and for a standby that cannot follow.
	 * @param server a server of this cluster, other than the master
	 */
	public void rejoin(PgsqlServer server) {
		change(() -> {
			if (!formerMasters().contains(server)) {
				requireStandby(server);
			}
			rebuild(List.of(server));
			this.members = this.members.join(server);
			awaitStreaming(List.of(server));
			applySynchronous();
			return server;
		});
	}

	/**
	 * Adds a standby, and waits until it streams.
	 * @return the new standby
	 */
	public PgsqlServer addStandby() {
		return change(() -> addStandbys(1)).get(0);
	}

	private List<PgsqlServer> addStandbys(int count) throws IOException, SQLException {
		List<PgsqlServer> added = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			added.add(newServer());
		}
		rebuild(added);
		for (PgsqlServer server : added) {
			this.members = this.members.join(server);
		}
		awaitStreaming(added);
		applySynchronous();
		return added;
	}

	private void rebuild(List<PgsqlServer> servers) throws IOException, SQLException {
		for (PgsqlServer server : servers) {
			server.crash();
			server.removePostmasterFile();
		}
		BaseBackup.copy(master(), servers.stream().map(PgsqlServer::folder).toList(), this.postgres);
		for (PgsqlServer server : servers) {
			configure(server, master());
			server.start();
		}
	}

	/**
	 * Ends a standby, and deletes it.
	 * @param standby one of {@link #standbys()}
	 */
	public void removeStandby(PgsqlServer standby) {
		change(() -> {
			requireStandby(standby);
			this.members = this.members.leave(standby);
			applySynchronous();
			standby.discard();
			this.testFolder.spares().add(standby.folder());
			FileTree.delete(standby.folder().home());
			return standby;
		});
	}

	private void requireStandby(PgsqlServer server) {
		if (!standbys().contains(server)) {
			throw new IllegalArgumentException(server + " is no standby of this cluster");
		}
	}

	/**
	 * Gives the application's user a new random password. Sessions go on. Standbys learn
	 * the new password when they have replayed it, see {@link #awaitReplayed()}.
	 */
	public void rotatePassword() {
		rotatePassword(Passwords.random());
	}

	/**
	 * Gives the application's user a new password.
	 * @param newPassword the password
	 * @see #rotatePassword()
	 */
	public void rotatePassword(String newPassword) {
		change(() -> {
			try (Connection connection = master().adminConnection()) {
				setPassword(connection, user(), newPassword);
			}
			this.password = newPassword;
			return newPassword;
		});
	}

	/**
	 * Gives the application another user with a new random password, as happens when a
	 * relation is removed and integrated again. The new user may do what the former one
	 * may, who cannot log in any more. Sessions go on. Standbys learn it when they have
	 * replayed it, see {@link #awaitReplayed()}.
	 * @param newUser the name of the new user
	 */
	public void changeUser(String newUser) {
		change(() -> {
			String newPassword = Passwords.random();
			try (Connection connection = master().adminConnection();
					Statement statement = connection.createStatement()) {
				createUser(connection, newUser, "", newPassword);
				String former = statement.enquoteIdentifier(user(), true);
				statement.execute("GRANT " + former + " TO " + statement.enquoteIdentifier(newUser, true));
				statement.execute("ALTER ROLE " + former + " NOLOGIN");
			}
			this.user = newUser;
			this.password = newPassword;
			return newUser;
		});
	}

	/**
	 * Makes all servers speak TLS, or show another certificate, to whoever connects from
	 * now on. Sessions go on, and whoever does not ask for TLS is let in without.
	 * @param certificate the certificate as PEM text
	 * @param key its key as PEM text, without a password
	 */
	public void tls(String certificate, String key) {
		change(() -> {
			this.postgres.writeSecret(certificateFile(), certificate);
			this.postgres.writeSecret(keyFile(), key);
			this.tls = true;
			for (PgsqlServer server : servers()) {
				configure(server);
				awaitReloaded(server);
			}
			return servers();
		});
	}

	private void awaitReloaded(PgsqlServer server) throws SQLException {
		if (server.isRunning() && !server.isFrozen()) {
			String before = server.ask("SELECT pg_conf_load_time()");
			server.reload();
			// the postmaster's, which new sessions inherit
			Await.until(this, () -> server + " does not take over its settings",
					() -> !server.ask("SELECT pg_conf_load_time()").equals(before));
		}
	}

	/**
	 * Switches synchronous replication on or off, and waits until it is in force: a
	 * commit then waits until one standby, whichever, has it on its disk. Without a
	 * standby it is off until there is one. A master that is down learns it when it is
	 * started.
	 * @param on whether commits wait
	 */
	public void synchronous(boolean on) {
		change(() -> {
			this.synchronous = on;
			applySynchronous();
			return on;
		});
	}

	private void applySynchronous() throws IOException, SQLException {
		PgsqlServer master = master();
		configure(master);
		if (!master.isRunning()) {
			return;
		}
		boolean on = this.synchronous && !standbys().isEmpty();
		master.reload();
		Await.until(this, () -> master + " does not take over its settings",
				() -> master.ask("SHOW synchronous_standby_names").isEmpty() != on);
		// commits look at what the checkpointer has made of the setting: it was told
		// before
		// the session began that saw the new value, and takes it over before this
		master.execute("CHECKPOINT");
		if (on) {
			Await.until(this, () -> "No standby is synchronous, of " + standbys(),
					() -> !master.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
						.equals("0"));
		}
	}

	/**
	 * Waits until every standby streams.
	 * @throws IllegalStateException if one does not, for example because it is down
	 */
	public void awaitStreaming() {
		awaitStreaming(standbys());
	}

	private void awaitStreaming(List<PgsqlServer> standbys) {
		PgsqlServer master = master();
		List<String> names = standbys.stream().map(PgsqlServer::name).toList();
		Await.until(this, () -> "Not all of " + standbys + " stream from " + master,
				() -> streaming(master).containsAll(names));
	}

	private static Set<String> streaming(PgsqlServer master) throws SQLException {
		Set<String> names = new HashSet<>();
		try (Connection connection = master.adminConnection();
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
	 * Waits until every standby has replayed what is committed on the master now.
	 * @throws IllegalStateException if one has not, for example because it is down
	 */
	public void awaitReplayed() {
		try {
			Lsn target = master().replayedLsn();
			for (PgsqlServer standby : standbys()) {
				Await.until(this, () -> standby + " has not replayed " + target,
						() -> standby.replayedLsn().hasReached(target));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(master() + " does not tell how far it is", ex);
		}
	}

	private <T> T change(Change<T> change) {
		this.changes.lock();
		try {
			ensureOpen();
			return change.make();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The cluster cannot be changed: " + ex.getMessage(), ex);
		}
		finally {
			this.changes.unlock();
		}
	}

	void ensureOpen() {
		if (this.closed) {
			throw new IllegalStateException("The cluster is closed");
		}
	}

	boolean closesOnShutdown() {
		return this.options.closeOnShutdown;
	}

	/**
	 * Ends all servers, former masters included, and deletes them. Returns when nothing
	 * is left. Can be called more than once, also by several threads; what others do with
	 * the cluster meanwhile fails.
	 */
	@Override
	public void close() {
		// those who wait while they hold the lock give up now
		this.closed = true;
		// whoever closes wants it done, and waiting ends when the thread is interrupted
		boolean interrupted = Thread.interrupted();
		this.changes.lock();
		try {
			if (!this.removed) {
				this.removed = true;
				for (PgsqlServer server : Stream.concat(servers().stream(), formerMasters().stream()).toList()) {
					discard(server);
					this.testFolder.spares().add(server.folder());
				}
				this.testFolder.remove(this, this.folder);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot delete " + this.folder, ex);
		}
		finally {
			this.changes.unlock();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static void discard(PgsqlServer server) {
		try {
			server.discard();
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot end {}", server, ex);
		}
	}

	/**
	 * The servers.
	 * @return no secrets
	 */
	@Override
	public String toString() {
		Members now = this.members;
		return "PostgreSQL " + this.version + ", master " + now.master() + ", standbys " + now.standbys();
	}

	/**
	 * A change of the cluster.
	 *
	 * @param <T> what it results in
	 */
	private interface Change<T> {

		T make() throws IOException, SQLException;

	}

	/**
	 * Who has which role.
	 *
	 * @param master the master
	 * @param standbys the standbys
	 * @param former former masters
	 */
	private record Members(PgsqlServer master, List<PgsqlServer> standbys, List<PgsqlServer> former) {

		Members promote(PgsqlServer standby) {
			return new Members(standby, without(this.standbys, standby), with(this.former, this.master));
		}

		Members join(PgsqlServer server) {
			List<PgsqlServer> joined = this.standbys.contains(server) ? this.standbys : with(this.standbys, server);
			return new Members(this.master, joined, without(this.former, server));
		}

		Members leave(PgsqlServer standby) {
			return new Members(this.master, without(this.standbys, standby), this.former);
		}

		private static List<PgsqlServer> with(List<PgsqlServer> servers, PgsqlServer server) {
			return Stream.concat(servers.stream(), Stream.of(server)).toList();
		}

		private static List<PgsqlServer> without(List<PgsqlServer> servers, PgsqlServer server) {
			return servers.stream().filter((other) -> !other.equals(server)).toList();
		}

	}

	/**
	 * Says what kind of cluster to start.
	 *
	 * @since 0.1.0
	 */
	public static final class Builder {

		private static final Pattern SETTING_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

		private final Map<String, String> settings = new LinkedHashMap<>();

		private int standbys = 1;

		private boolean synchronous;

		private String database = "notes";

		private String user = "juju_notes";

		private @Nullable String password;

		private boolean closeOnShutdown = true;

		private Builder() {
		}

		private Builder(Builder other) {
			this.settings.putAll(other.settings);
			this.standbys = other.standbys;
			this.synchronous = other.synchronous;
			this.database = other.database;
			this.user = other.user;
			this.password = other.password;
			this.closeOnShutdown = other.closeOnShutdown;
		}

		/**
		 * How many standbys there are at first.
		 * @param count 0 or more; 1 unless told
		 * @return this builder
		 */
		public Builder standbys(int count) {
			if (count < 0) {
				throw new IllegalArgumentException("There cannot be " + count + " standbys");
			}
			this.standbys = count;
			return this;
		}

		/**
		 * Whether replication is synchronous.
		 * @param on whether commits wait for a standby; they do not unless told
		 * @return this builder
		 * @see PgsqlCluster#synchronous(boolean)
		 */
		public Builder synchronous(boolean on) {
			this.synchronous = on;
			return this;
		}

		/**
		 * The application's database.
		 * @param name the name; {@code notes} unless told
		 * @return this builder
		 */
		public Builder database(String name) {
			this.database = name;
			return this;
		}

		/**
		 * The application's user.
		 * @param name the name; {@code juju_notes} unless told
		 * @return this builder
		 */
		public Builder user(String name) {
			this.user = name;
			return this;
		}

		/**
		 * The password of the application's user.
		 * @param secret the password; a random one unless told
		 * @return this builder
		 */
		public Builder password(String secret) {
			this.password = secret;
			return this;
		}

		/**
		 * A setting of all servers, as in {@code postgresql.conf}. It wins over what the
		 * cluster sets by itself.
		 * @param name the setting's name, such as {@code max_connections}
		 * @param value its value, without quotes
		 * @return this builder
		 */
		public Builder setting(String name, String value) {
			if (!SETTING_NAME.matcher(name).matches()) {
				throw new IllegalArgumentException("'" + name + "' is not the name of a setting");
			}
			this.settings.put(name, value);
			return this;
		}

		/**
		 * Whether the cluster is closed when the JVM shuts down. An application that
		 * closes it after its own connections, in its own shutdown hook, says no, and
		 * must then call {@link PgsqlCluster#close()}.
		 * @param close whether it is; it is unless told
		 * @return this builder
		 */
		public Builder closeOnShutdown(boolean close) {
			this.closeOnShutdown = close;
			return this;
		}

		/**
		 * Starts the cluster, and waits until all standbys stream.
		 * @return the cluster, to be closed
		 * @throws IllegalStateException if PostgreSQL cannot be started; the message says
		 * why
		 */
		public PgsqlCluster start() {
			return new PgsqlCluster(new Builder(this));
		}

	}

}
