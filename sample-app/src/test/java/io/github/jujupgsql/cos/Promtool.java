package io.github.jujupgsql.cos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.programs.InstalledPrograms;
import org.assertj.core.api.Assertions;

/**
 * Prometheus' own tool for its files: Debian has it in {@code prometheus}.
 */
final class Promtool {

	private static final String NAME = "promtool";

	private Promtool() {
	}

	/**
	 * Whether tests that need it are to run: on a build server they fail for want of it,
	 * and are not skipped.
	 */
	static boolean isExpected() {
		return InstalledPrograms.find(NAME).isPresent() || InstalledPrograms.isBuildServer();
	}

	/** Run it, and have it find nothing wrong. */
	static void succeeds(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(InstalledPrograms.find(NAME)
			.orElseThrow(() -> new IllegalStateException("promtool is not installed; Debian has it in prometheus"))
			.toString()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		Assertions.assertThat(process.waitFor()).as(output).isZero();
	}

}
