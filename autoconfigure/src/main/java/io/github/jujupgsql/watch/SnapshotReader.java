package io.github.jujupgsql.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

import io.github.jujupgsql.relation.RelationReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the relation file, and what the file system tells about it.
 *
 * @param path where it is
 * @param opener opens it
 */
record SnapshotReader(Path path, Opener opener) {

	private static final int ATTEMPTS = 5;

	SnapshotReader(Path path) {
		this(path, Files::newInputStream);
	}

	/**
	 * Read the file once.
	 * @return what was found
	 */
	FileSnapshot read() {
		try {
			FileSnapshot.Version before = version();
			for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
				byte[] bytes = readBytes();
				boolean renamed = possiblyRenamed(before.lastModified());
				FileSnapshot.Version after = version();
				if (after.equals(before)) {
					return new FileSnapshot.Content(before, bytes, renamed);
				}
				if (after.isSameFile(before)) {
					break;
				}
				// renamed over while it was read: read the new one
				before = after;
			}
			return new FileSnapshot.Changing();
		}
		catch (NoSuchFileException | NotDirectoryException ex) {
			return new FileSnapshot.Missing();
		}
		catch (IOException ex) {
			return new FileSnapshot.Unreadable(reason(ex));
		}
	}

	private FileSnapshot.Version version() throws IOException {
		BasicFileAttributes attributes = Files.readAttributes(this.path, BasicFileAttributes.class);
		if (!attributes.isRegularFile()) {
			// a named pipe, for one, would be waited for when it is opened
			throw new FileSystemException(this.path.toString());
		}
		return new FileSnapshot.Version(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime(),
				changed());
	}

	private @Nullable FileTime changed() throws IOException {
		try {
			return (FileTime) Files.getAttribute(this.path, "unix:ctime");
		}
		catch (UnsupportedOperationException ex) {
			return null;
		}
	}

	/**
	 * Return whether the file may have been renamed: naming a file sets the time of its
	 * folder.
	 * @param lastModified when the file was last written
	 * @return whether the file may have got its name after that
	 */
	private boolean possiblyRenamed(FileTime lastModified) throws IOException {
		Path folder = this.path.toRealPath().getParent();
		return folder != null && Files.getLastModifiedTime(folder).compareTo(lastModified) >= 0;
	}

	private byte[] readBytes() throws IOException {
		try (InputStream stream = this.opener.open(this.path)) {
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
			String cause = (fault instanceof FileSystemException named) ? named.getReason() : null;
			return reason + " (" + ((cause != null) ? cause : fault.getClass().getSimpleName()) + ")";
		}
	}

	/**
	 * Opens a file to be read.
	 */
	interface Opener {

		InputStream open(Path path) throws IOException;

	}

}
