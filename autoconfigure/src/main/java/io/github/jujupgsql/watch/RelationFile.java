package io.github.jujupgsql.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

import io.github.jujupgsql.relation.RelationReader;

/**
 * Looks at the relation file.
 *
 * @param path where it is
 */
record RelationFile(Path path) {

	private static final int ATTEMPTS = 5;

	Look look() {
		try {
			Look.Version before = version();
			for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
				byte[] bytes = read();
				boolean moved = moved(before.lastModified());
				Look.Version after = version();
				if (after.equals(before)) {
					return new Look.Content(before, bytes, moved);
				}
				if (after.isSameFile(before)) {
					break;
				}
				// renamed over while it was read: look at the new one
				before = after;
			}
			return new Look.Changing();
		}
		catch (NoSuchFileException | NotDirectoryException ex) {
			return new Look.Missing();
		}
		catch (IOException ex) {
			return new Look.Unreadable(reason(ex));
		}
	}

	private Look.Version version() throws IOException {
		BasicFileAttributes attributes = Files.readAttributes(this.path, BasicFileAttributes.class);
		return new Look.Version(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
	}

	/**
	 * Writing sets both times of a file, renaming only the second.
	 * @param lastModified when the file was last written
	 * @return whether something else happened to it later
	 */
	private boolean moved(FileTime lastModified) throws IOException {
		try {
			return ((FileTime) Files.getAttribute(this.path, "unix:ctime")).compareTo(lastModified) > 0;
		}
		catch (UnsupportedOperationException ex) {
			return false;
		}
	}

	private byte[] read() throws IOException {
		try (InputStream stream = Files.newInputStream(this.path)) {
			return stream.readNBytes(RelationReader.MAXIMUM_SIZE + 1);
		}
	}

	private String reason(IOException fault) {
		String reason = "cannot be read by the user '" + System.getProperty("user.name") + "'";
		try {
			PosixFileAttributes attributes = Files.readAttributes(this.path, PosixFileAttributes.class);
			return reason + ": it belongs to " + attributes.owner() + ":" + attributes.group() + " and has the mode "
					+ PosixFilePermissions.toString(attributes.permissions())
					+ (attributes.isRegularFile() ? "" : " and is no regular file");
		}
		catch (IOException | UnsupportedOperationException ex) {
			return reason + " (" + fault.getClass().getSimpleName() + ")";
		}
	}

}
