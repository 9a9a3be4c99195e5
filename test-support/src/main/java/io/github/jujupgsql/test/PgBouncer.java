package io.github.jujupgsql.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real pgbouncer in front of a {@link PgsqlCluster}, set up as its charm does: it pools
 * sessions, asks the cluster for passwords ({@code auth_query}), and leads to the master
 * under the name of the application's database, and to a standby under that name and
 * {@code _readonly}. The program must be {@linkplain #isInstalled() installed}.
 * <p>
 * Where it leads to changes only when it is told so, as the charm does some time after a
 * failover. New sessions lead there then. Those that are open stay where they are, until
 * their client or their server ends them.
 * <p>
 * What differs from the charm: once a server could not be connected to, pgbouncer tries
 * again after a moment, and not only after 15 seconds ({@code server_login_retry}),
 * whichever server that is by then.
 * <p>
 * Its files are in the cluster's folder. It is to be closed before the cluster; what a
 * JVM leaves is removed as the cluster's servers are. Not safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public final class PgBouncer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PgBouncer.class);

	private static final String PROGRAM = "pgbouncer";

	private static final String HOST = "localhost";

	/** Where Debian has it, which is on root's path only. */
	private static final String USUAL_FOLDER = "/usr/sbin";

	private static final int START_ATTEMPTS = 5;

	private static final String RELOADING = "got SIGHUP";

	private final PgsqlCluster cluster;

	private final Postgres postgres = TestFolder.get().postgres();

	private final Port port = Port.choose();

	private final Path folder;

	private @Nullable Process process;

	private PgBouncer(PgsqlCluster cluster, Path program) {
		this.cluster = cluster;
		try {
			this.folder = Files.createTempDirectory(cluster.folder(), PROGRAM);
			this.postgres.launcher().own(this.folder);
			// a program in that folder is known for one of ours when the JVM has died
			Files.copy(program, copy(), StandardCopyOption.COPY_ATTRIBUTES);
			this.postgres.writeSecret(users(),
					"\"%s\" \"%s\"\n".formatted(Postgres.SUPERUSER, cluster.superuserPassword()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Whether the program is there, on the path or where Debian has it.
	 * @return whether {@link #start} finds it
	 */
	public static boolean isInstalled() {
		return find().isPresent();
	}

	private static Optional<Path> find() {
		return Stream.concat(Stream.ofNullable(System.getenv("PATH")), Stream.of(USUAL_FOLDER))
			.flatMap((path) -> Stream.of(path.split(File.pathSeparator)))
			.filter((folder) -> !folder.isEmpty())
			.map((folder) -> Path.of(folder, PROGRAM))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * Starts pgbouncer on a free port, leading to what the cluster is now, and waits
	 * until it answers.
	 * @param cluster the cluster
	 * @return pgbouncer, to be closed
	 * @throws IllegalStateException if it is not installed or does not start; the message
	 * says why
	 */
	public static PgBouncer start(PgsqlCluster cluster) {
		Path program = find().orElseThrow(() -> new IllegalStateException(PROGRAM + " is not installed"));
		PgBouncer started = new PgBouncer(cluster, program);
		try {
			started.start();
		}
		catch (IOException | RuntimeException ex) {
			started.close();
			throw (ex instanceof IOException failure) ? new UncheckedIOException(failure) : (RuntimeException) ex;
		}
		logger.info("Started {}", started);
		return started;
	}

	private void start() throws IOException {
		for (int attempt = 1;; attempt++) {
			writeSettings(this.cluster.master(), standby());
			this.port.release();
			Process started = launch();
			this.process = started;
			if (isReady(started)) {
				return;
			}
			if (attempt == START_ATTEMPTS) {
				throw new IllegalStateException(this + " does not start:\n" + Files.readString(log()));
			}
			// somebody else may have taken it
			this.port.change();
		}
	}

	private Process launch() throws IOException {
		List<String> command = new ArrayList<>(this.postgres.launcher().prefix());
		command.addAll(List.of(copy().toString(), settings().toString()));
		return new ProcessBuilder(command).directory(this.folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log().toFile())
			.start();
	}

	private boolean isReady(Process started) {
		Await.until(this.cluster, () -> this + " does not answer",
				() -> timesLogged("process up:") > 0 || !started.isAlive());
		return started.isAlive();
	}

	private long timesLogged(String text) {
		try (Stream<String> lines = Files.lines(log())) {
			return lines.filter((line) -> line.contains(text)).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private PgsqlServer standby() {
		// the charm does the same where there is none
		return this.cluster.standbys().stream().findFirst().orElse(this.cluster.master());
	}

	/**
	 * Leads to what the cluster is now: to the first standby for reading, or to the
	 * master where there is none. As the charm when it learns of a failover.
	 */
	public void follow() {
		follow(this.cluster.master(), standby());
	}

	/**
	 * Leads to other servers, whatever they are. Returns when new sessions do.
	 * @param master where the application's database is
	 * @param standby where it is for reading
	 */
	public void follow(PgsqlServer master, PgsqlServer standby) {
		Process running = this.process;
		if (running == null) {
			throw new IllegalStateException(this + " is closed");
		}
		try {
			writeSettings(master, standby);
			long before = timesLogged(RELOADING);
			Command.Result result = Command.run(this.folder, Await.TIMEOUT,
					List.of("sh", "-c", "kill -s HUP \"$0\"", Long.toString(running.pid())));
			// it answers nobody between the line and its end
			Await.until(this.cluster, () -> this + " does not read its settings: " + result.output(),
					() -> timesLogged(RELOADING) > before);
			logger.info("{} leads to {}, and to {} for reading", this, master, standby);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void writeSettings(PgsqlServer master, PgsqlServer standby) throws IOException {
		this.postgres.writeSecret(settings(), """
				[databases]
				%s
				%s
				[pgbouncer]
				listen_addr = %s
				listen_port = %d
				unix_socket_dir =
				auth_type = scram-sha-256
				auth_file = %s
				pool_mode = session
				ignore_startup_parameters = extra_float_digits,options
				server_reset_query = DISCARD ALL
				server_reset_query_always = 1
				server_round_robin = 1
				server_login_retry = 0.2
				""".formatted(databaseAt(this.cluster.database(), master), databaseAt(readOnlyDatabase(), standby),
				PgsqlServer.HOST, this.port.number(), users()));
	}

	private String databaseAt(String name, PgsqlServer server) {
		return "%s = host=%s port=%d dbname=%s auth_user=%s".formatted(name, server.host(), server.port(),
				this.cluster.database(), Postgres.SUPERUSER);
	}

	/**
	 * Host and port, as the charm writes them.
	 * @return for example {@code localhost:40001}
	 */
	public String address() {
		return HOST + ":" + this.port.number();
	}

	/**
	 * The name under which the application's database is there for reading.
	 * @return for example {@code notes_readonly}
	 */
	public String readOnlyDatabase() {
		return this.cluster.database() + "_readonly";
	}

	/**
	 * The libpq connection string that leads to the master, with the password of now.
	 * @return for example {@code postgresql://juju_notes:…@localhost:40001/notes}
	 */
	public String uri() {
		return uri(this.cluster.database());
	}

	/**
	 * The libpq connection string that leads to the standby, with the password of now.
	 * @return for example
	 * {@code postgresql://juju_notes:…@localhost:40001/notes_readonly}
	 */
	public String readOnlyUri() {
		return uri(readOnlyDatabase());
	}

	private String uri(String database) {
		return ConnectionStrings.uri(this.cluster.user(), this.cluster.password(), address(), database);
	}

	/**
	 * Its own log.
	 * @return the file, which is deleted by {@link #close()}
	 */
	public Path log() {
		return this.folder.resolve("pgbouncer.log");
	}

	private Path copy() {
		return this.folder.resolve(PROGRAM);
	}

	private Path settings() {
		return this.folder.resolve("pgbouncer.ini");
	}

	private Path users() {
		return this.folder.resolve("userlist.txt");
	}

	/**
	 * Ends it, and all sessions with it, and deletes its files.
	 */
	@Override
	public void close() {
		Process running = this.process;
		this.process = null;
		try {
			if (running != null) {
				Processes.killTree(running.toHandle());
			}
			this.port.release();
			FileTree.delete(this.folder);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot end " + this, ex);
		}
	}

	/**
	 * Name and address.
	 * @return no secrets
	 */
	@Override
	public String toString() {
		return PROGRAM + " at " + address();
	}

}
