package io.github.jujupgsql.watch;

import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What reading the relation file once has found.
 */
sealed interface FileSnapshot {

	/**
	 * There is no such file.
	 */
	record Missing() implements FileSnapshot {

	}

	/**
	 * The file changed while it was being read.
	 */
	record Changing() implements FileSnapshot {

	}

	/**
	 * The file is there but cannot be read.
	 *
	 * @param reason why, to follow the name of the file in a message
	 */
	record Unreadable(String reason) implements FileSnapshot {

	}

	/**
	 * The file was read, and was the same before and after.
	 *
	 * @param version what the file system told
	 * @param bytes what it holds
	 * @param possiblyRenamed whether it may have got its name after it had last been
	 * written, as far as the times of its folder tell; clocks of file systems are coarse,
	 * so a file that is renamed right after it was written is this, but not
	 * {@link #renamed()}
	 */
	record Content(Version version, byte[] bytes, boolean possiblyRenamed) implements FileSnapshot {

		boolean isSameFile(Content other) {
			return this.version.isSameFile(other.version);
		}

		boolean unchangedSince(Content earlier) {
			return this.version.equals(earlier.version) && Arrays.equals(this.bytes, earlier.bytes);
		}

		/**
		 * Return whether the file got its name after it had last been written, as a file
		 * does that was renamed over another. Writing sets both times of a file, renaming
		 * only the second.
		 */
		boolean renamed() {
			FileTime changed = this.version.changed();
			return changed != null && changed.compareTo(this.version.lastModified()) > 0;
		}

	}

	/**
	 * What tells one state of a file from another.
	 *
	 * @param fileKey the inode, or {@code null} where there is none
	 * @param size the size in bytes
	 * @param lastModified when it was last written, as far as the writer lets it be seen
	 * @param changed when the inode last changed, which no program can set back, or
	 * {@code null} where the file system does not tell
	 */
	record Version(@Nullable Object fileKey, long size, FileTime lastModified, @Nullable FileTime changed) {

		boolean isSameFile(Version other) {
			return Objects.equals(this.fileKey, other.fileKey);
		}

	}

}
