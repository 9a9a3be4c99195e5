package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one server.
 *
 * @param home the folder, in which are the data folder and the server's log
 */
record ServerFolder(Path home) {

	static final String PREFIX = "postgresql-";

	Path data() {
		return this.home.resolve("data");
	}

	Path log() {
		return this.home.resolve("server.log");
	}

	/**
	 * The settings that we make, which {@code postgresql.conf} includes.
	 * @return the file
	 */
	Path settings() {
		return data().resolve("cluster.conf");
	}

	/**
	 * Have {@code postgresql.conf} include our settings.
	 */
	void includeSettings() throws IOException {
		Files.writeString(data().resolve("postgresql.conf"), "\ninclude '" + settings().getFileName() + "'\n",
				StandardOpenOption.APPEND);
	}

	Path standbySignal() {
		return data().resolve("standby.signal");
	}

	Path postmasterPid() {
		return data().resolve("postmaster.pid");
	}

	/**
	 * What {@code postmaster.pid} says, which a server that was killed leaves behind.
	 * @return empty if there is no such file
	 */
	Optional<PostmasterFile> postmasterFile() {
		try {
			return PostmasterFile.parse(Files.readAllLines(postmasterPid()));
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	/**
	 * The end of the server's log.
	 * @return a few lines
	 */
	String logTail() {
		try {
			List<String> lines = Files.readAllLines(log());
			return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
		}
		catch (IOException ex) {
			return "(no log)";
		}
	}

}
