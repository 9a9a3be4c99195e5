package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The data folders of servers that are gone. A new server's data is written over one of
 * them, since making a thousand files takes longer than anything else in a server's life
 * on file systems that are in no hurry to use an inode again. Safe for use by several
 * threads.
 */
final class SpareFolders {

	private static final int MOST = 8;

	private final Path parent;

	private final Deque<Path> spares = new ArrayDeque<>();

	private int count;

	/**
	 * Keep spare folders.
	 * @param parent where
	 */
	SpareFolders(Path parent) {
		this.parent = parent;
	}

	/**
	 * Take over the data folder of a server that does not run and is about to be deleted.
	 * @param server the server's folder
	 */
	synchronized void add(ServerFolder server) throws IOException {
		if (this.spares.size() < MOST && Files.isDirectory(server.data())) {
			Path spare = this.parent.resolve("spare-" + this.count++);
			Files.move(server.data(), spare);
			this.spares.add(spare);
		}
	}

	/**
	 * Give a server whatever there is, to be written over.
	 * @param server the server's folder, in which there is no data folder yet
	 */
	synchronized void give(ServerFolder server) throws IOException {
		Path spare = this.spares.poll();
		if (spare != null) {
			Files.move(spare, server.data());
		}
	}

}
