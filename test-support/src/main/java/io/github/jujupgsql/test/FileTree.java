package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Deletes and copies folders with all that is in them. Links are not followed, and what
 * vanishes meanwhile is not missed.
 */
final class FileTree {

	private FileTree() {
	}

	static void delete(Path root) throws IOException {
		if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
			Files.walkFileTree(root, new Deletion());
		}
	}

	/**
	 * Deletes a folder, and one of its files last.
	 * @param root the folder
	 * @param last the file's name
	 */
	static void delete(Path root, String last) throws IOException {
		Path lastFile = root.resolve(last);
		try (var children = Files.newDirectoryStream(root, (child) -> !child.equals(lastFile))) {
			for (Path child : children) {
				delete(child);
			}
		}
		delete(root);
	}

	/**
	 * Copies a folder with modes, owners and times.
	 * @param source the folder
	 * @param target what to make of it
	 * @param wanted which files and folders to copy, told by their path below the source
	 */
	static void copy(Path source, Path target, Predicate<Path> wanted) throws IOException {
		Files.walkFileTree(source, new Copy(source, target, wanted));
	}

	private static class Tolerant extends SimpleFileVisitor<Path> {

		@Override
		public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
			if (failure instanceof NoSuchFileException) {
				return FileVisitResult.CONTINUE;
			}
			throw failure;
		}

	}

	private static final class Deletion extends Tolerant {

		@Override
		public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
			Files.deleteIfExists(file);
			return FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
			Files.deleteIfExists(folder);
			return FileVisitResult.CONTINUE;
		}

	}

	private static final class Copy extends Tolerant {

		private final Path source;

		private final Path target;

		private final Predicate<Path> wanted;

		private Copy(Path source, Path target, Predicate<Path> wanted) {
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
			Files.copy(folder, this.target.resolve(relative), StandardCopyOption.COPY_ATTRIBUTES);
			return FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
			Path relative = this.source.relativize(file);
			if (this.wanted.test(relative)) {
				try {
					Files.copy(file, this.target.resolve(relative), StandardCopyOption.COPY_ATTRIBUTES,
							LinkOption.NOFOLLOW_LINKS);
				}
				catch (NoSuchFileException ex) {
					return FileVisitResult.CONTINUE;
				}
			}
			return FileVisitResult.CONTINUE;
		}

	}

}
