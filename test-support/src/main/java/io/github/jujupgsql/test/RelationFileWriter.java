package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;

/**
 * Gets content into a file, in one of the ways in which charms do.
 *
 * @param path the file
 * @param options which way, and how fast
 */
record RelationFileWriter(Path path, RelationFileOptions options) {

	private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

	private static final Set<OpenOption> EXISTING = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE);

	void write(String content) {
		byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
		try {
			switch (this.options.style) {
				case RENAME -> writeBeside(bytes);
				case IN_PLACE -> writeInPlace(bytes, true);
				case OVERWRITE -> writeInPlace(bytes, false);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot write " + this.path, ex);
		}
	}

	private void writeBeside(byte[] content) throws IOException {
		Path beside = this.path.resolveSibling("." + UUID.randomUUID() + ".tmp");
		try {
			try (FileChannel channel = FileChannel.open(beside, NEW, FilePermissions.ownerOnlyFile(beside))) {
				writeTo(channel, content);
			}
			Files.move(beside, this.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(beside);
		}
	}

	private void writeInPlace(byte[] content, boolean truncateFirst) throws IOException {
		try (FileChannel channel = FileChannel.open(this.path, EXISTING, FilePermissions.ownerOnlyFile(this.path))) {
			if (truncateFirst) {
				channel.truncate(0);
			}
			writeTo(channel, content);
			channel.truncate(content.length);
		}
	}

	private void writeTo(FileChannel channel, byte[] content) throws IOException {
		int step = this.options.pause.isZero() ? Math.max(1, content.length) : 1;
		for (int offset = 0; offset < content.length; offset += step) {
			ByteBuffer part = ByteBuffer.wrap(content, offset, step);
			while (part.hasRemaining()) {
				channel.write(part);
			}
			if (!this.options.pause.isZero()) {
				Await.pause(this.options.pause);
			}
		}
	}

	void delete() {
		try {
			Files.deleteIfExists(this.path);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot delete " + this.path, ex);
		}
	}

}
