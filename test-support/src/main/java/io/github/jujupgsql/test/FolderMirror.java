package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes a folder as another one, see {@link FileTree#mirror}.
 */
final class FolderMirror extends FileTree.Tolerant {

	private final Path source;

	private final Path target;

	private final Predicate<Path> wanted;

	FolderMirror(Path source, Path target, Predicate<Path> wanted) {
		this.source = source;
		this.target = target;
		this.wanted = wanted;
	}

	@Override
	public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
		Path relative = this.source.relativize(folder);
		if (!this.wanted.test(relative)) {
			return FileVisitResult.SKIP_SUBTREE;
		}
		Path copy = this.target.resolve(relative);
		if (Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) {
			deleteAllBut(names(folder, relative), copy);
		}
		else {
			FileTree.delete(copy);
			Files.copy(folder, copy, StandardCopyOption.COPY_ATTRIBUTES);
		}
		return FileVisitResult.CONTINUE;
	}

	private Set<String> names(Path folder, Path relative) throws IOException {
		Set<String> names = new HashSet<>();
		try (var children = Files.newDirectoryStream(folder)) {
			for (Path child : children) {
				Path name = folder.relativize(child);
				if (this.wanted.test(relative.toString().isEmpty() ? name : relative.resolve(name))) {
					names.add(name.toString());
				}
			}
		}
		return names;
	}

	private static void deleteAllBut(Set<String> names, Path folder) throws IOException {
		try (var children = Files.newDirectoryStream(folder,
				(child) -> !names.contains(folder.relativize(child).toString()))) {
			for (Path child : children) {
				FileTree.delete(child);
			}
		}
	}

	@Override
	public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
		Path relative = this.source.relativize(file);
		if (this.wanted.test(relative)) {
			Path copy = this.target.resolve(relative);
			try {
				copy(file, attributes, copy);
			}
			catch (NoSuchFileException ex) {
				Files.deleteIfExists(copy);
			}
		}
		return FileVisitResult.CONTINUE;
	}

	private static void copy(Path file, BasicFileAttributes attributes, Path copy) throws IOException {
		if (attributes.isRegularFile() && Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS)) {
			overwrite(file, copy);
		}
		else {
			FileTree.delete(copy);
			Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
		}
	}

	/**
	 * Not truncated first: some file systems give a file that was emptied new blocks, and
	 * begin to write them to the disk as soon as it is closed.
	 */
	private static void overwrite(Path file, Path copy) throws IOException {
		try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
				FileChannel to = FileChannel.open(copy, StandardOpenOption.WRITE)) {
			long length = 0;
			for (long count = from.transferTo(0, Long.MAX_VALUE, to); count > 0; count = from.transferTo(length,
					Long.MAX_VALUE, to)) {
				length += count;
			}
			to.truncate(length);
		}
	}

}
