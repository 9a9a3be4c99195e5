package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The postmaster of a server with its backends, if they run, and the server's port. Safe
 * for use by several threads. What the methods do is told where {@link PgsqlServer} has
 * them.
 */
final class ServerProcess {

	private static final Duration PORT_TIMEOUT = Duration.ofSeconds(20);

	private final Supplier<String> name;

	private final ClusterHome home;

	private final ServerFolder folder;

	private final Port port;

	private final SettingsWriter settings;

	private boolean everStarted;

	private volatile boolean frozen;

	/**
	 * Describe a server that does not run yet.
	 * @param name what messages call it
	 * @param home what the servers share
	 * @param folder the server's folder
	 * @param port the server's port
	 * @param settings writes the settings once the port has changed
	 */
	ServerProcess(Supplier<String> name, ClusterHome home, ServerFolder folder, Port port, SettingsWriter settings) {
		this.name = name;
		this.home = home;
		this.folder = folder;
		this.port = port;
		this.settings = settings;
	}

	synchronized void crash() {
		try {
			ProcessHandle postmaster = postmaster().orElse(null);
			if (postmaster != null) {
				Processes.killTree(postmaster);
			}
			this.frozen = false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot kill " + this.name.get(), ex);
		}
		this.port.keep();
	}

	synchronized void freeze() {
		requireSignals();
		try {
			ProcessHandle postmaster = requirePostmaster();
			this.frozen = true;
			Processes.stopTree(postmaster);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot freeze " + this.name.get(), ex);
		}
	}

	synchronized void thaw() {
		requireSignals();
		try {
			ProcessHandle postmaster = requirePostmaster();
			if (this.frozen) {
				Processes.continueTree(postmaster);
				this.frozen = false;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot thaw " + this.name.get(), ex);
		}
	}

	private static void requireSignals() {
		if (OperatingSystem.current() == OperatingSystem.WINDOWS) {
			throw new UnsupportedOperationException("Windows does not stop and continue processes");
		}
	}

	synchronized void stop() {
		stop(Postgres.StopMode.FAST);
	}

	synchronized void stopImmediately() {
		stop(Postgres.StopMode.IMMEDIATE);
	}

	private void stop(Postgres.StopMode mode) {
		ProcessHandle postmaster = postmaster().orElse(null);
		if (postmaster != null) {
			try {
				if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
					Processes.continueTree(postmaster);
				}
				this.frozen = false;
				this.home.postgres().stop(this.folder, postmaster, mode);
			}
			catch (IOException ex) {
				throw new UncheckedIOException("Cannot stop " + this.name.get(), ex);
			}
		}
		this.port.keep();
	}

	synchronized void start() {
		this.home.ensureOpen();
		if (isRunning()) {
			return;
		}
		long deadline = System.nanoTime() + PORT_TIMEOUT.toNanos();
		try {
			removePostmasterFile();
			while (!tryStart()) {
				if (System.nanoTime() > deadline) {
					throw new IllegalStateException("The port of " + this.name.get() + " is taken");
				}
				Await.pause(Duration.ofMillis(100));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start " + this.name.get(), ex);
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
			this.home.postgres().start(this.folder);
			return true;
		}
		catch (Postgres.PortTakenException ex) {
			if (this.everStarted) {
				this.port.keep();
			}
			else {
				this.port.change();
				this.settings.write();
			}
			return false;
		}
	}

	synchronized void restart() {
		stop();
		start();
	}

	/**
	 * End the server for good, as fast as can be.
	 */
	synchronized void discard() {
		try {
			stop(Postgres.StopMode.IMMEDIATE);
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

	/**
	 * Make the server read its settings, if it runs; a frozen one will when it is thawed.
	 */
	synchronized void reload() {
		if (isRunning()) {
			this.home.postgres().reload(this.folder);
		}
	}

	boolean isRunning() {
		return postmaster().isPresent();
	}

	boolean isAnswering() {
		return isRunning() && !this.frozen;
	}

	private ProcessHandle requirePostmaster() {
		return postmaster().orElseThrow(() -> new IllegalStateException(this.name.get() + " does not run"));
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
		return process.info().command().map((command) -> this.home.postgres().isProgram(Path.of(command))).orElse(true);
	}

	/**
	 * Writes the settings of the server.
	 */
	interface SettingsWriter {

		void write() throws IOException;

	}

}
