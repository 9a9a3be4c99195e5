package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The small System V shared memory segment by which a postmaster guards its data folder.
 * One that is killed leaves it behind, and the next start in that folder takes it over;
 * but when the folder is deleted instead, nobody does, and Linux allows only 4096 of
 * them.
 */
final class SharedMemory {

	private static final Path SEGMENTS = Path.of("/proc/sysvipc/shm");

	private static final Pattern BLANKS = Pattern.compile("\\s+");

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private SharedMemory() {
	}

	/**
	 * Remove the segments of all clusters of a JVM.
	 * @param folder the JVM's folder
	 */
	static void removeSegmentsOf(Path folder) throws IOException {
		try (DirectoryStream<Path> clusters = Files.newDirectoryStream(folder, TestFolder.CLUSTER_PREFIX + "*")) {
			for (Path cluster : clusters) {
				try (DirectoryStream<Path> servers = Files.newDirectoryStream(cluster, ServerFolder.PREFIX + "*")) {
					for (Path server : servers) {
						removeSegmentOf(new ServerFolder(server));
					}
				}
			}
		}
	}

	/**
	 * Remove the segment of a server that is dead.
	 * @param server the server's folder
	 */
	static void removeSegmentOf(ServerFolder server) throws IOException {
		PostmasterFile postmaster = server.postmasterFile().orElse(null);
		if (postmaster == null || !Files.isReadable(SEGMENTS)) {
			return;
		}
		for (String line : Files.readAllLines(SEGMENTS)) {
			// key shmid perms size cpid lpid nattch …
			String[] columns = BLANKS.split(line.strip());
			if (columns[0].equals(postmaster.sharedMemoryKey()) && columns[4].equals(Long.toString(postmaster.pid()))
					&& columns[6].equals("0")) {
				Command.run(server.home(), TIMEOUT, List.of("ipcrm", "-m", columns[1]));
			}
		}
	}

}
