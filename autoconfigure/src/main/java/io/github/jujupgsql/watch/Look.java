package io.github.jujupgsql.watch;

import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What one look at the relation file found.
 */
sealed interface Look {

	/**
	 * There is no such file.
	 */
	record Missing() implements Look {

	}

	/**
	 * It changed while it was being read.
	 */
	record Changing() implements Look {

	}

	/**
	 * It is there but cannot be read.
	 *
	 * @param reason why, for a person
	 */
	record Unreadable(String reason) implements Look {

	}

	/**
	 * It was read, and was the same before and after.
	 *
	 * @param version what the file system told
	 * @param bytes what it holds
	 * @param moved whether the file got its name after it had last been written, as a
	 * file does that was renamed over another
	 */
	record Content(Version version, byte[] bytes, boolean moved) implements Look {

		boolean isSameFile(Content other) {
			return this.version.isSameFile(other.version);
		}

		boolean unchangedSince(Content earlier) {
			return this.version.equals(earlier.version) && Arrays.equals(this.bytes, earlier.bytes);
		}

	}

	/**
	 * What tells one state of a file from another.
	 *
	 * @param fileKey the inode, or {@code null} where there is none
	 * @param size the size in bytes
	 * @param lastModified when it was last written
	 */
	record Version(@Nullable Object fileKey, long size, FileTime lastModified) {

		boolean isSameFile(Version other) {
			return Objects.equals(this.fileKey, other.fileKey);
		}

	}

}
