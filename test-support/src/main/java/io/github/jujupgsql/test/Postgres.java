package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * PostgreSQL's programs: {@code initdb} and {@code pg_ctl}, which starts a server as a
 * session of its own, so that what a terminal sends to us (Ctrl-C) does not reach it.
 *
 * @param programs where they are
 * @param launcher how they are run
 */
record Postgres(Path programs, Launcher launcher) {

	static final String SUPERUSER = "postgres";

	private static final Duration TIMEOUT = Duration.ofMinutes(2);

	private static final String START_SECONDS = "60";

	/**
	 * Make the folder of a server, in which there is no data yet.
	 * @param folder the folder
	 */
	void createHome(ServerFolder folder) throws IOException {
		Files.createDirectories(folder.home());
		this.launcher.own(folder.home());
	}

	/**
	 * Make a data folder.
	 * @param folder where
	 * @param password the superuser's password
	 */
	void initdb(ServerFolder folder, String password) throws IOException {
		Path passwordFile = folder.home().resolve("password");
		writeSecret(passwordFile, password + "\n");
		try {
			Command.Result result = run(folder, "initdb", "-D", folder.data().toString(), "-U", SUPERUSER,
					"--pwfile=" + passwordFile, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync");
			if (!result.succeeded()) {
				throw new IllegalStateException("initdb failed:\n" + result.output());
			}
		}
		finally {
			Files.deleteIfExists(passwordFile);
		}
	}

	/**
	 * Write a file that only the servers, and we, can read.
	 * @param file the file
	 * @param content what to write
	 */
	void writeSecret(Path file, String content) throws IOException {
		Files.deleteIfExists(file);
		Files.createFile(file, FilePermissions.ownerOnlyFile(file));
		Files.writeString(file, content);
		this.launcher.own(file);
	}

	/**
	 * Start a server and wait until it accepts connections, also a standby.
	 * @param folder the server's folder
	 * @throws PortTakenException if its port is not free
	 */
	void start(ServerFolder folder) throws IOException {
		long logLength = Files.exists(folder.log()) ? Files.size(folder.log()) : 0;
		Command.Result result = run(folder, "pg_ctl", "start", "-D", folder.data().toString(), "-l",
				folder.log().toString(), "-w", "-t", START_SECONDS, "-s");
		if (!result.succeeded()) {
			String log = newLog(folder, logLength);
			if (log.contains("could not bind") || log.contains("could not create any TCP/IP sockets")) {
				throw new PortTakenException(log);
			}
			throw new IllegalStateException(
					"PostgreSQL in " + folder.data() + " does not start:\n" + result.output() + "\n" + log);
		}
	}

	private static String newLog(ServerFolder folder, long from) throws IOException {
		if (!Files.exists(folder.log())) {
			return "";
		}
		byte[] log = Files.readAllBytes(folder.log());
		int start = (int) Math.min(from, log.length);
		return new String(log, start, log.length - start, StandardCharsets.UTF_8);
	}

	/**
	 * End a server.
	 * @param folder the server's folder
	 * @param postmaster its first process
	 * @param mode how
	 */
	void stop(ServerFolder folder, ProcessHandle postmaster, StopMode mode) throws IOException {
		// pg_ctl itself would look ten times a second whether it is over
		Command.Result result = run(folder, "pg_ctl", "stop", "-D", folder.data().toString(), "-m", mode.option(), "-W",
				"-s");
		if (!result.succeeded() && Processes.isAlive(postmaster)) {
			throw new IllegalStateException(
					"PostgreSQL in " + folder.data() + " does not stop:\n" + result.output() + "\n" + folder.logTail());
		}
		Processes.awaitDeath(List.of(postmaster), mode.timeout());
	}

	/**
	 * Make a server read its settings again, soon.
	 * @param folder the server's folder
	 */
	void reload(ServerFolder folder) {
		try {
			Command.Result result = run(folder, "pg_ctl", "reload", "-D", folder.data().toString(), "-s");
			if (!result.succeeded()) {
				throw new IllegalStateException("pg_ctl reload failed:\n" + result.output());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return whether a program is one of these.
	 * @param program the program's real path
	 * @return whether it is
	 */
	boolean isProgram(Path program) {
		return program.startsWith(this.programs);
	}

	private Command.Result run(ServerFolder folder, String program, String... arguments) throws IOException {
		String path = this.programs.resolve(program).toString();
		return this.launcher.run(folder.home(), TIMEOUT,
				Stream.concat(Stream.of(path), List.of(arguments).stream()).toList());
	}

	/**
	 * How a server is ended.
	 */
	enum StopMode {

		/** Sessions are disconnected. */
		FAST(Duration.ofSeconds(60)),

		/** As fast as can be; the next start recovers. */
		IMMEDIATE(Duration.ofSeconds(10));

		private final Duration timeout;

		StopMode(Duration timeout) {
			this.timeout = timeout;
		}

		private String option() {
			return name().toLowerCase(Locale.ROOT);
		}

		private Duration timeout() {
			return this.timeout;
		}

	}

	/**
	 * Somebody else has the port.
	 */
	static final class PortTakenException extends IOException {

		private PortTakenException(String log) {
			super("The port is taken:\n" + log);
		}

	}

}
