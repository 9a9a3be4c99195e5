package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes a file byte by byte: quickly for the most part, with long pauses where what is
 * there so far may look whole.
 */
final class SlowWriter {

	private static final Duration LONGEST_PAUSE = Duration.ofMillis(45);

	private static final Duration LIMIT = Duration.ofMillis(50);

	private static final String DANGEROUS = "\n}]\",:-";

	private final Path file;

	private final Random random;

	private long lastChange;

	private boolean inTime;

	SlowWriter(Path file, long seed) {
		this.file = file;
		this.random = new Random(seed);
	}

	/**
	 * Replace the content.
	 * @param content the new content
	 * @param style how
	 * @return whether all pauses were below 50 ms, as the machine may hold any thread up
	 * @throws IOException if it cannot be written
	 */
	boolean write(byte[] content, Style style) throws IOException {
		this.inTime = true;
		this.lastChange = System.nanoTime();
		switch (style) {
			case TRUNCATED -> write(this.file, content, StandardOpenOption.TRUNCATE_EXISTING);
			case OVERWRITTEN -> write(this.file, content);
			case APPENDED -> append(content);
			case RECREATED -> {
				Files.delete(this.file);
				this.lastChange = System.nanoTime();
				pause(content, 0);
				write(this.file, content, StandardOpenOption.CREATE_NEW);
			}
			case RENAMED -> {
				Path beside = this.file.resolveSibling("beside");
				write(beside, content, StandardOpenOption.CREATE_NEW);
				move(beside);
				// however long the writing took, the name changed in one step
				return true;
			}
			case RENAMED_AT_ONCE -> {
				Path beside = Files.write(this.file.resolveSibling("beside"), content);
				move(beside);
			}
		}
		return this.inTime;
	}

	private void move(Path beside) throws IOException {
		Files.move(beside, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	private void write(Path path, byte[] content, OpenOption... options) throws IOException {
		Set<OpenOption> all = new HashSet<>(Set.of(options));
		all.add(StandardOpenOption.WRITE);
		try (FileChannel channel = FileChannel.open(path, all)) {
			changed();
			for (int offset = 0; offset < content.length; offset++) {
				pause(content, offset);
				channel.write(ByteBuffer.wrap(content, offset, 1));
				changed();
			}
			if (channel.size() > content.length) {
				pause(content, content.length);
				channel.truncate(content.length);
				changed();
			}
		}
	}

	/**
	 * As a shell does, which opens the file anew for each piece.
	 */
	private void append(byte[] content) throws IOException {
		Files.write(this.file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
		changed();
		int offset = 0;
		while (offset < content.length) {
			int end = Math.min(content.length, offset + 1 + this.random.nextInt(8));
			pause(content, end - 1);
			Files.write(this.file, Arrays.copyOfRange(content, offset, end), StandardOpenOption.APPEND);
			changed();
			offset = end;
		}
	}

	private void changed() {
		long now = System.nanoTime();
		this.inTime &= now - this.lastChange < LIMIT.toNanos();
		this.lastChange = now;
	}

	/**
	 * The pace of the writer, not a wait for anybody.
	 */
	private void pause(byte[] content, int offset) {
		boolean dangerous = offset > 0 && DANGEROUS.indexOf(content[offset - 1]) >= 0;
		if (this.random.nextInt(dangerous ? 6 : 60) == 0) {
			LockSupport.parkNanos((long) (this.random.nextDouble() * LONGEST_PAUSE.toNanos()));
		}
		else if (this.random.nextInt(16) == 0) {
			LockSupport.parkNanos(this.random.nextInt(100_000));
		}
	}

	enum Style {

		TRUNCATED, OVERWRITTEN, APPENDED, RECREATED, RENAMED, RENAMED_AT_ONCE

	}

}
