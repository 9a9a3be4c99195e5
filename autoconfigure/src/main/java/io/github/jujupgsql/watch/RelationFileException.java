package io.github.jujupgsql.watch;

import java.nio.file.Path;

/**
 * The application cannot start because its relation file is there, but cannot be used.
 *
 * @since 0.1.0
 */
public class RelationFileException extends RuntimeException {

	private final Path file;

	RelationFileException(Path file, String message) {
		super(message);
		this.file = file;
	}

	/**
	 * Return the file at fault.
	 * @return the relation file
	 */
	public Path getFile() {
		return this.file;
	}

}
