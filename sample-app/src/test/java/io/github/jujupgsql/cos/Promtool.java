package io.github.jujupgsql.cos;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.assertj.core.api.Assertions;

/**
 * Prometheus' own tool for its files: Debian has it in {@code prometheus}.
 */
final class Promtool {

	private Promtool() {
	}

	/**
	 * Whether tests that need it are to run: on a build server they fail for want of it,
	 * and are not skipped.
	 */
	static boolean isExpected() {
		return find().isPresent() || "true".equals(System.getenv("CI"));
	}

	/** Run it, and have it find nothing wrong. */
	static void succeeds(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(find()
			.orElseThrow(() -> new IllegalStateException("promtool is not installed; Debian has it in prometheus"))
			.toString()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		Assertions.assertThat(process.waitFor()).as(output).isZero();
	}

	private static Optional<Path> find() {
		return Stream.ofNullable(System.getenv("PATH"))
			.flatMap((path) -> Stream.of(path.split(File.pathSeparator)))
			.filter((folder) -> !folder.isEmpty())
			.map((folder) -> Path.of(folder, "promtool"))
			.filter(Files::isExecutable)
			.findFirst();
	}

}
