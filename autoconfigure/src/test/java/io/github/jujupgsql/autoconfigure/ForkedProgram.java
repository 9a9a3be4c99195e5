package io.github.jujupgsql.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs a program in a JVM of its own, on a class path of its own.
 */
final class ForkedProgram {

	private final List<String> command = new ArrayList<>(
			List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
					"-XX:TieredStopAtLevel=1"));

	private final Path output;

	/**
	 * Describe a JVM.
	 * @param folder where to put what it prints
	 * @param classPath its class path
	 */
	ForkedProgram(Path folder, List<String> classPath) {
		this.output = folder.resolve("output");
		this.command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
	}

	/**
	 * Return the class path of the tests, without some of it.
	 * @param kept says by the name of a jar or a folder whether it stays
	 */
	static List<String> classPath(Predicate<String> kept) {
		String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return Stream.of(own.split(File.pathSeparator))
			.filter((entry) -> kept.test(Path.of(entry).getFileName().toString()))
			.toList();
	}

	ForkedProgram option(String option) {
		this.command.add(option);
		return this;
	}

	/**
	 * Run it to its end.
	 * @return what it has printed
	 */
	String run(Class<?> program, String... arguments) throws IOException, InterruptedException {
		return run(program.getName(), arguments);
	}

	String run(String program, String... arguments) throws IOException, InterruptedException {
		this.command.add(program);
		this.command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(this.output.toFile())
			.start();
		boolean ended = process.waitFor(5, TimeUnit.MINUTES);
		process.destroyForcibly();
		assertThat(ended).isTrue();
		return Files.readString(this.output);
	}

}
