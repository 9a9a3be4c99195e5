package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program to its end.
 */
final class Command {

	private Command() {
	}

	/**
	 * Run a program and wait for it. What it prints goes through a file and not a pipe: a
	 * server that it leaves running may inherit the pipe, which then never ends.
	 * @param directory where it runs, and where the file for its output is
	 * @param timeout how long it may run before it is killed
	 * @param command the program and its arguments
	 * @return what became of it
	 */
	static Result run(Path directory, Duration timeout, List<String> command) throws IOException {
		Path output = Files.createTempFile(directory, "output", ".txt");
		try {
			ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile());
			// PGPORT, PGDATA and the like belong to whoever runs the tests
			builder.environment().keySet().removeIf((name) -> name.startsWith("PG"));
			builder.environment().put("LC_ALL", "C");
			Process process = builder.start();
			process.getOutputStream().close();
			int exitCode = waitFor(process, timeout, command);
			return new Result(exitCode, Files.readString(output, Charset.defaultCharset()).strip());
		}
		finally {
			Files.deleteIfExists(output);
		}
	}

	private static int waitFor(Process process, Duration timeout, List<String> command) throws IOException {
		try {
			if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IOException("No end of " + command + " within " + timeout);
			}
			return process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for " + command, ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * What became of a program.
	 *
	 * @param exitCode its exit code
	 * @param output what it printed
	 */
	record Result(int exitCode, String output) {

		boolean succeeded() {
			return this.exitCode == 0;
		}

	}

}
