package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Who may look into files and folders, where the file system can tell.
 */
final class FilePermissions {

	private FilePermissions() {
	}

	static boolean isPosix(Path path) {
		return path.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * Return what to make a file with that only its owner can read.
	 * @param where where it will be
	 * @return the attributes; none if the file system knows no permissions
	 */
	static FileAttribute<?>[] ownerOnlyFile(Path where) {
		return attributes(where, "rw-------");
	}

	/**
	 * Return what to make a folder with that only its owner can enter.
	 * @param where where it will be
	 * @return the attributes; none if the file system knows no permissions
	 */
	static FileAttribute<?>[] ownerOnlyFolder(Path where) {
		return attributes(where, "rwx------");
	}

	private static FileAttribute<?>[] attributes(Path where, String permissions) {
		return isPosix(where)
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	/**
	 * Let others go through a folder, but not list what is in it.
	 * @param folder the folder
	 */
	static void openToOthers(Path folder) throws IOException {
		if (isPosix(folder)) {
			Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
		}
	}

}
