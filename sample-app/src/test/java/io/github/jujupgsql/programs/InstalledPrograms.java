package io.github.jujupgsql.programs;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What only some tests need and the machine may have: tests that miss it are skipped, or
 * fail on a build server if that is to have it.
 */
public final class InstalledPrograms {

	private InstalledPrograms() {
	}

	/**
	 * Look for a program on the {@code PATH}.
	 * @param program its name
	 * @return where it is, if it is there
	 */
	public static Optional<Path> find(String program) {
		return Stream.ofNullable(System.getenv("PATH"))
			.flatMap((path) -> Stream.of(path.split(File.pathSeparator)))
			.filter((folder) -> !folder.isEmpty())
			.map((folder) -> Path.of(folder, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * Return whether this is a build server.
	 */
	public static boolean isBuildServer() {
		return "true".equals(System.getenv("CI"));
	}

}
