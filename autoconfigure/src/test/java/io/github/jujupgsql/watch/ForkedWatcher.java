package io.github.jujupgsql.watch;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.awaitility.Awaitility.await;

/**
 * A {@link WatcherProgram} in a JVM of its own.
 */
final class ForkedWatcher implements AutoCloseable {

	private final Process process;

	private final Path output;

	private ForkedWatcher(Process process, Path output) {
		this.process = process;
		this.output = output;
	}

	/**
	 * Start one.
	 * @param prefix what the command line begins with
	 * @param file the file to follow
	 * @param mode {@code hoard} to use all inotify instances up beforehand
	 */
	static ForkedWatcher start(List<String> prefix, Path file, String mode) throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), WatcherProgram.class.getName(),
				file.toString(), mode));
		Path output = file.resolveSibling("output");
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(Redirect.to(output.toFile()))
			.start();
		return new ForkedWatcher(process, output);
	}

	/**
	 * Whether a command works, that the system may not let us use.
	 */
	static boolean works(List<String> prefix) {
		List<String> command = new ArrayList<>(prefix);
		command.add("true");
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(Redirect.DISCARD)
				.start();
			return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	void awaitOutput(String expected) {
		await().until(this::output, (text) -> text.contains(expected));
	}

	String output() throws IOException {
		return Files.readString(this.output);
	}

	@Override
	public void close() throws Exception {
		this.process.getOutputStream().close();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

}
