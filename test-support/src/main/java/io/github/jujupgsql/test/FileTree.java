package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Delete and copy folders with all that is in them. Links are not followed, and what
 * vanishes meanwhile is not missed.
 */
final class FileTree {

	private FileTree() {
	}

	/**
	 * Delete a folder or a file. Nothing happens if there is none.
	 * @param root the folder
	 */
	static void delete(Path root) throws IOException {
		if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
			Files.walkFileTree(root, new Deletion());
		}
	}

	/**
	 * Delete a folder, and one of its files last.
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
	 * Make a folder as another one, with modes, owners and times of what is new in it.
	 * Files that are there already are written over: to make one costs much more on some
	 * file systems.
	 * @param source the folder
	 * @param target what to make like it
	 * @param wanted which files and folders to copy, told by their path below the source
	 */
	static void mirror(Path source, Path target, Predicate<Path> wanted) throws IOException {
		Files.walkFileTree(source, new FolderMirror(source, target, wanted));
	}

	/**
	 * Does not mind what is not there any more.
	 */
	static class Tolerant extends SimpleFileVisitor<Path> {

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

}
