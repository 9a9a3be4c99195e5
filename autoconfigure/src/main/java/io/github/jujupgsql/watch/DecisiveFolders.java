package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The folders whose entries decide what a file is: those in which its name, and the
 * symbolic links on the way to it, stand.
 */
final class DecisiveFolders {

	/** As many as Linux follows. */
	private static final int MAXIMUM_LINKS = 40;

	private static final Path SAME = Path.of(".");

	private static final Path PARENT = Path.of("..");

	private DecisiveFolders() {
	}

	/**
	 * Find the folders, by going the way of the file as the system does: step by step, as
	 * what is above the target of a link is not above the link. The way ends at what does
	 * not exist.
	 * @param file the file, absolute
	 * @return for each folder the names that matter in it
	 */
	static Map<Path, Set<Path>> of(Path file) {
		Map<Path, Set<Path>> folders = new LinkedHashMap<>();
		Deque<Path> ahead = new ArrayDeque<>();
		file.forEach(ahead::addLast);
		Path folder = file.getRoot();
		int links = 0;
		while (folder != null && !ahead.isEmpty()) {
			Path name = ahead.removeFirst();
			if (name.equals(PARENT)) {
				folder = (folder.getParent() != null) ? folder.getParent() : folder;
				continue;
			}
			if (name.equals(SAME) || name.toString().isEmpty()) {
				continue;
			}
			Path entry = folder.resolve(name);
			Path target = target(entry);
			boolean inside = target == null && !ahead.isEmpty() && Files.isDirectory(entry);
			if (!inside) {
				folders.computeIfAbsent(folder, (key) -> new LinkedHashSet<>()).add(name);
			}
			if (target != null && links++ < MAXIMUM_LINKS) {
				prepend(target, ahead);
				folder = target.isAbsolute() ? target.getRoot() : folder;
			}
			else {
				folder = inside ? entry : null;
			}
		}
		return folders;
	}

	private static void prepend(Path path, Deque<Path> ahead) {
		for (int i = path.getNameCount() - 1; i >= 0; i--) {
			ahead.addFirst(path.getName(i));
		}
	}

	/**
	 * Return what a symbolic link leads to.
	 * @param entry what may be one
	 * @return the target, or {@code null} if it is none
	 */
	private static @Nullable Path target(Path entry) {
		try {
			return Files.isSymbolicLink(entry) ? Files.readSymbolicLink(entry) : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

}
