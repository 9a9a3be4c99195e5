package io.github.jujupgsql.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import static org.awaitility.Awaitility.await;

/**
 * Writes a file of its own again and again, as fast as it can.
 */
final class Neighbour implements AutoCloseable {

	private final Path file;

	private final AtomicInteger writes = new AtomicInteger();

	private final Thread thread = new Thread(this::run, "neighbour");

	private volatile boolean closed;

	Neighbour(Path folder, int number) {
		this.file = folder.resolve("neighbour-" + number);
		this.thread.start();
	}

	private void run() {
		try {
			while (!this.closed) {
				Files.writeString(this.file, "x");
				this.writes.incrementAndGet();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int writes() {
		return this.writes.get();
	}

	void awaitWrites(int count) {
		await().until(() -> writes() >= count);
	}

	@Override
	public void close() throws InterruptedException {
		this.closed = true;
		this.thread.join();
	}

}
