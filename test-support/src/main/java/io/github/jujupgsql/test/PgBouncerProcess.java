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

/**
 * The program of a {@link PgBouncer}, with its settings and its log in a folder of its
 * own.
 */
final class PgBouncerProcess {

	static final String PROGRAM = "pgbouncer";

	/** Where Debian has it, which is on root's path only. */
	private static final String USUAL_FOLDER = "/usr/sbin";

	private static final int START_ATTEMPTS = 5;

	private static final String RELOADING = "got SIGHUP";

	private final PgsqlCluster cluster;

	private final Postgres postgres;

	private final Port port = Port.choose();

	private final Path folder;

	private final PgBouncerPooling pooling;

	private @Nullable Process process;

	PgBouncerProcess(PgsqlCluster cluster, Path program, PgBouncerPooling pooling) throws IOException {
		this.cluster = cluster;
		this.pooling = pooling;
		this.postgres = cluster.home().postgres();
		this.folder = Files.createTempDirectory(cluster.home().folder(), PROGRAM);
		this.postgres.launcher().own(this.folder);
		// a program in that folder is known for one of ours when the JVM has died
		Files.copy(program, copy(), StandardCopyOption.COPY_ATTRIBUTES);
		this.postgres.writeSecret(users(),
				"\"%s\" \"%s\"\n".formatted(Postgres.SUPERUSER, cluster.home().superuserPassword()));
	}

	static Optional<Path> find() {
		return Stream.concat(Stream.ofNullable(System.getenv("PATH")), Stream.of(USUAL_FOLDER))
			.flatMap((path) -> Stream.of(path.split(File.pathSeparator)))
			.filter((folder) -> !folder.isEmpty())
			.map((folder) -> Path.of(folder, PROGRAM))
			.filter(Files::isExecutable)
			.findFirst();
	}

	int port() {
		return this.port.number();
	}

	Path log() {
		return this.folder.resolve("pgbouncer.log");
	}

	/**
	 * Start the program on a free port, and wait until it answers.
	 * @param route where it leads to
	 */
	void start(Route route) throws IOException {
		for (int attempt = 1;; attempt++) {
			writeSettings(route);
			this.port.release();
			Process started = launch();
			this.process = started;
			if (isReady(started)) {
				return;
			}
			if (attempt == START_ATTEMPTS) {
				throw new IllegalStateException(PROGRAM + " does not start:\n" + Files.readString(log()));
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
		Await.until(this.cluster.home(), () -> PROGRAM + " does not answer",
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

	/**
	 * Lead to other servers. Returns when new sessions do.
	 * @param route where to
	 */
	void follow(Route route) throws IOException {
		Process running = this.process;
		if (running == null) {
			throw new IllegalStateException(PROGRAM + " is closed");
		}
		writeSettings(route);
		long before = timesLogged(RELOADING);
		Command.Result result = Command.run(this.folder, Await.TIMEOUT,
				List.of("sh", "-c", "kill -s HUP \"$0\"", Long.toString(running.pid())));
		// it answers nobody between the line and its end
		Await.until(this.cluster.home(), () -> PROGRAM + " does not read its settings: " + result.output(),
				() -> timesLogged(RELOADING) > before);
	}

	private void writeSettings(Route route) throws IOException {
		this.postgres.writeSecret(settings(),
				"""
						[databases]
						%s
						%s
						[pgbouncer]
						listen_addr = %s
						listen_port = %d
						unix_socket_dir =
						auth_type = scram-sha-256
						auth_file = %s
						pool_mode = %s
						ignore_startup_parameters = extra_float_digits,options
						server_reset_query = DISCARD ALL
						server_reset_query_always = %d
						server_round_robin = 1
						server_login_retry = 0.2
						""".formatted(databaseAt(this.cluster.database(), route.master()),
						databaseAt(readOnlyDatabase(), route.standby()), PgsqlServer.HOST, this.port.number(), users(),
						this.pooling.mode(), (this.pooling == PgBouncerPooling.SESSIONS) ? 1 : 0));
	}

	private String databaseAt(String name, Target target) {
		return "%s = host=%s port=%d dbname=%s auth_user=%s".formatted(name, target.host(), target.port(),
				this.cluster.database(), Postgres.SUPERUSER);
	}

	String readOnlyDatabase() {
		return this.cluster.database() + "_readonly";
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
	 * End the program, and delete its files.
	 */
	void close() throws IOException {
		Process running = this.process;
		this.process = null;
		if (running != null) {
			Processes.killTree(running.toHandle());
		}
		this.port.release();
		FileTree.delete(this.folder);
	}

	/**
	 * Where it leads to.
	 *
	 * @param master where the application's database is
	 * @param standby where it is for reading
	 */
	record Route(Target master, Target standby) {

		static Route to(PgsqlServer master, PgsqlServer standby) {
			return new Route(new Target(master.host(), master.port()), new Target(standby.host(), standby.port()));
		}

		static Route to(PgsqlService master, PgsqlService standby) {
			return new Route(new Target(master.host(), master.port()), new Target(standby.host(), standby.port()));
		}

	}

	/**
	 * Something to connect to.
	 *
	 * @param host its host
	 * @param port its port
	 */
	record Target(String host, int port) {

	}

}
