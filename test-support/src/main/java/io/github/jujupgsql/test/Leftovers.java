package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what JVMs left behind that were killed: their servers, and their folders.
 */
final class Leftovers {

	private static final Logger logger = LoggerFactory.getLogger(Leftovers.class);

	private static final String SCRIPTS = "detect_linux_distribution_*.sh";

	private static final Duration SCRIPT_USE = Duration.ofMinutes(1);

	private Leftovers() {
	}

	/**
	 * Remove them, as far as they belong to the user we run as.
	 * @param ownFolder our own folder; the others are beside it
	 * @param temporary where everybody puts what is temporary
	 */
	static void remove(Path ownFolder, Path temporary) throws IOException {
		removeScripts(ownFolder, temporary);
		try (DirectoryStream<Path> folders = Files.newDirectoryStream(ownFolder.resolveSibling(""),
				FolderOwner.PREFIX + "*")) {
			for (Path folder : folders) {
				if (isLeftover(folder, ownFolder)) {
					removeFolder(folder);
				}
			}
		}
	}

	/**
	 * The library that finds the programs for this machine writes a small script, runs it
	 * at once, and deletes it when the JVM ends, if that is not killed.
	 */
	private static void removeScripts(Path ownFolder, Path temporary) throws IOException {
		Instant surelyUsed = Instant.now().minus(SCRIPT_USE);
		try (DirectoryStream<Path> scripts = Files.newDirectoryStream(temporary, SCRIPTS)) {
			for (Path script : scripts) {
				try {
					if (isOwnedAs(ownFolder, script)
							&& Files.getLastModifiedTime(script).toInstant().isBefore(surelyUsed)) {
						Files.deleteIfExists(script);
					}
				}
				catch (IOException ex) {
					logger.debug("Cannot remove {}", script, ex);
				}
			}
		}
	}

	private static boolean isOwnedAs(Path ownFolder, Path path) throws IOException {
		return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(ownFolder));
	}

	private static boolean isLeftover(Path folder, Path ownFolder) {
		try {
			return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && isOwnedAs(ownFolder, folder)
					&& FolderOwner.of(folder).filter((owner) -> !owner.isVisible()).isPresent();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void removeFolder(Path folder) {
		try (FileChannel lock = FolderOwner.takeOver(folder)) {
			if (lock != null) {
				logger.info("Removing {}, which a JVM left behind that was killed", folder);
				removeContent(folder);
			}
		}
		catch (NoSuchFileException | OverlappingFileLockException ex) {
			logger.debug("Somebody else removes {}", folder, ex);
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Cannot remove {}, which a JVM left behind that was killed", folder, ex);
		}
	}

	/**
	 * Kill every process that runs a program in the folder, which no other process can be
	 * mistaken for, and deletes the folder.
	 * @param folder the folder of one JVM, locked by us
	 */
	static void removeContent(Path folder) throws IOException {
		Processes.killProgramsIn(folder.toRealPath());
		SharedMemory.removeSegmentsOf(folder);
		// last, as long as it is there nobody else removes the folder
		FileTree.delete(folder, FolderOwner.FILE);
	}

}
