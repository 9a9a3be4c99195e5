package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the folders of this JVM are: in {@code java.io.tmpdir}, or in memory. Making and
 * deleting the files of servers takes a disk's file system a tenth of all the time of a
 * test run, though nothing waits for the disk.
 */
final class FolderPlace {

	/**
	 * System property that says, by {@code true}, that servers are to be kept in memory
	 * if there is plenty.
	 */
	static final String MEMORY_PROPERTY = "io.github.jujupgsql.test.memory";

	private static final Path MEMORY = Path.of("/dev/shm");

	private static final Path MOUNTS = Path.of("/proc/mounts");

	/** What several JVMs with clusters take is less than a half of this. */
	private static final long PLENTY = 8L << 30;

	private FolderPlace() {
	}

	/**
	 * Return the folder for files that nobody minds if they are gone.
	 */
	static Path temporary() throws IOException {
		return Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toRealPath();
	}

	/**
	 * Return the folder for servers.
	 */
	static Path ofServers() throws IOException {
		return (Boolean.getBoolean(MEMORY_PROPERTY) && isPlentyOfMemory()) ? MEMORY.toRealPath() : temporary();
	}

	/**
	 * Return whether servers can be kept in memory. In a container there may be little of
	 * it, or no program may be run there.
	 */
	private static boolean isPlentyOfMemory() throws IOException {
		return Files.isWritable(MEMORY) && Files.isReadable(MOUNTS)
				&& Files.readAllLines(MOUNTS).stream().anyMatch(FolderPlace::isMemoryForPrograms)
				&& Files.getFileStore(MEMORY).getUsableSpace() >= PLENTY;
	}

	private static boolean isMemoryForPrograms(String mount) {
		// device folder type options …
		String[] columns = mount.split(" ");
		return columns[1].equals(MEMORY.toString()) && columns[2].equals("tmpfs")
				&& !("," + columns[3] + ",").contains(",noexec,");
	}

}
