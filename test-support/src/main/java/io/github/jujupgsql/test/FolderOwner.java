package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The JVM that a {@link TestFolder} belongs to, known by its process id and the time it
 * was started, which are in the folder's name: from the first moment on, everybody can
 * tell.
 *
 * @param pid the process id
 * @param startMillis when it was started, in milliseconds since 1970
 */
record FolderOwner(long pid, long startMillis) {

	static final String PREFIX = "juju-pgsql-test-";

	/**
	 * The file in the folder that says the same, and that the owner keeps locked: the
	 * operating system unlocks it when the owner dies.
	 */
	static final String FILE = "owner";

	private static final Pattern FOLDER_NAME = Pattern.compile(PREFIX + "(\\d{1,18})-(\\d{1,18})(-\\d+)?");

	/**
	 * Linux computes the time of a start from the time of the boot, which differs a
	 * little from one reading to the next.
	 */
	private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

	static FolderOwner current() {
		ProcessHandle process = ProcessHandle.current();
		Instant start = process.info().startInstant().orElseGet(Instant::now);
		return new FolderOwner(process.pid(), start.toEpochMilli());
	}

	static Optional<FolderOwner> of(Path folder) {
		Matcher matcher = FOLDER_NAME.matcher(String.valueOf(folder.getFileName()));
		return matcher.matches()
				? Optional.of(new FolderOwner(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
				: Optional.empty();
	}

	String folderName() {
		return PREFIX + this.pid + "-" + this.startMillis;
	}

	/**
	 * Return whether there is a process with our id that started when we did.
	 * @return whether the owner is alive, as far as can be seen: one in another container
	 * is not seen
	 */
	boolean isVisible() {
		return ProcessHandle.of(this.pid).filter(Processes::isAlive).filter(this::startedWithUs).isPresent();
	}

	private boolean startedWithUs(ProcessHandle process) {
		return process.info()
			.startInstant()
			.map((start) -> Math.abs(start.toEpochMilli() - this.startMillis) <= CLOCK_TOLERANCE.toMillis())
			.orElse(true);
	}

	/**
	 * Mark a folder as ours, until the returned channel is closed.
	 * @param folder the folder
	 * @return what holds the lock
	 */
	FileChannel mark(Path folder) throws IOException {
		Path file = folder.resolve(FILE);
		Files.writeString(file, "pid " + this.pid + "\nstarted " + Instant.ofEpochMilli(this.startMillis) + "\n",
				StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW);
		FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
		channel.lock();
		return channel;
	}

	/**
	 * Take over a dead owner's folder, for as long as the returned channel is open.
	 * @param folder the folder
	 * @return what holds the lock; {@code null} if the owner lives, or if somebody else
	 * has taken it over already
	 */
	static @Nullable FileChannel takeOver(Path folder) throws IOException {
		FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.WRITE,
				StandardOpenOption.CREATE);
		FileLock lock = null;
		try {
			lock = channel.tryLock();
			return (lock != null) ? channel : null;
		}
		finally {
			if (lock == null) {
				channel.close();
			}
		}
	}

}
