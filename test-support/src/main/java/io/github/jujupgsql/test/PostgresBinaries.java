package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import static java.nio.file.attribute.PosixFilePermission.GROUP_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

/**
 * Unpack PostgreSQL's programs from the artifact for this machine.
 */
final class PostgresBinaries {

	private static final int ANY_EXECUTE = 0111;

	private PostgresBinaries() {
	}

	/**
	 * Put programs that are unpacked elsewhere into a folder, on the same file system
	 * without a copy.
	 * @param source where they are
	 * @param folder where to; it must exist
	 */
	static void link(Path source, Path folder) throws IOException {
		try (Stream<Path> files = Files.walk(source)) {
			for (Path file : (Iterable<Path>) files::iterator) {
				Path target = folder.resolve(source.relativize(file));
				if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
					createFolder(target, folder);
				}
				else {
					linkOrCopy(file, target);
				}
			}
		}
	}

	private static void linkOrCopy(Path file, Path target) throws IOException {
		try {
			Files.createLink(target, file);
		}
		catch (FileSystemException | UnsupportedOperationException ex) {
			Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
		}
	}

	/**
	 * Unpack the programs into a folder.
	 * @param folder where to; it must exist
	 */
	static void unpack(Path folder) throws IOException {
		try (InputStream archive = DefaultPostgresBinaryResolver.INSTANCE
			.getPgBinary(OperatingSystem.current().binariesName(), System.getProperty("os.arch"));
				TarArchiveInputStream entries = new TarArchiveInputStream(new XZInputStream(archive))) {
			for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
				unpack(entry, entries, folder);
			}
		}
	}

	private static void unpack(TarArchiveEntry entry, InputStream content, Path folder) throws IOException {
		Path target = folder.resolve(entry.getName()).normalize();
		if (!target.startsWith(folder)) {
			throw new IOException("The archive of PostgreSQL's programs leaves its folder: " + entry.getName());
		}
		if (entry.isDirectory()) {
			createFolder(target, folder);
			return;
		}
		createFolder(target.resolveSibling(""), folder);
		if (entry.isSymbolicLink()) {
			Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
		}
		else if (entry.isLink()) {
			Files.createLink(target, folder.resolve(entry.getLinkName()).normalize());
		}
		else {
			Files.copy(content, target);
			setMode(target, (entry.getMode() & ANY_EXECUTE) != 0);
		}
	}

	private static void createFolder(Path path, Path root) throws IOException {
		for (Path part : root.relativize(path)) {
			root = root.resolve(part);
			if (!Files.exists(root)) {
				Files.createDirectory(root);
				setMode(root, true);
			}
		}
	}

	/**
	 * Whatever our umask is, whom the programs run as must be able to read them.
	 */
	private static void setMode(Path path, boolean executable) throws IOException {
		if (OperatingSystem.current() != OperatingSystem.WINDOWS) {
			Files
				.setPosixFilePermissions(path,
						executable ? Set.of(OWNER_READ, OWNER_WRITE, OWNER_EXECUTE, GROUP_READ, GROUP_EXECUTE,
								OTHERS_READ, OTHERS_EXECUTE)
								: Set.of(OWNER_READ, OWNER_WRITE, GROUP_READ, OTHERS_READ));
		}
	}

}
