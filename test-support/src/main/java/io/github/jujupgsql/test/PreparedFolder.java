package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.jspecify.annotations.Nullable;

/**
 * What takes a JVM the longest before its first cluster starts, for JVMs that run one
 * after the other: PostgreSQL's programs, unpacked, and a data folder as {@code initdb}
 * makes it.
 *
 * @param path the folder
 */
record PreparedFolder(Path path) {

	/**
	 * System property that names the folder. If there is none yet, the first JVM that has
	 * made all of it for itself puts it there.
	 */
	static final String PROPERTY = "io.github.jujupgsql.test.prepared";

	/**
	 * Find the folder.
	 * @return the folder, or {@code null} if somebody has yet to make it
	 */
	static @Nullable PreparedFolder find() {
		PreparedFolder named = named();
		return (named != null && Files.isDirectory(named.programs())) ? named : null;
	}

	private static @Nullable PreparedFolder named() {
		String path = System.getProperty(PROPERTY);
		return (path != null) ? new PreparedFolder(Path.of(path).toAbsolutePath()) : null;
	}

	/**
	 * Put what we have made where others find it, unless it is there already.
	 * @param own what we have made
	 */
	static void offer(PreparedFolder own) throws IOException {
		PreparedFolder named = named();
		if (named == null || Files.exists(named.path())) {
			return;
		}
		Path parent = Files.createDirectories(named.path().resolveSibling(""));
		Path beside = Files.createTempDirectory(parent, "preparing");
		try {
			PreparedFolder copy = new PreparedFolder(beside);
			PostgresBinaries.link(own.programs(), Files.createDirectory(copy.programs()));
			Files.createDirectory(copy.template().home());
			FileTree.mirror(own.template().data(), copy.template().data(), (path) -> true);
			Files.copy(own.passwordFile(), copy.passwordFile(), StandardCopyOption.COPY_ATTRIBUTES);
			Files.move(beside, named.path(), StandardCopyOption.ATOMIC_MOVE);
		}
		catch (FileSystemException ex) {
			if (!Files.exists(named.path())) {
				throw ex;
			}
			// somebody else was faster
		}
		finally {
			FileTree.delete(beside);
		}
	}

	Path programs() {
		return this.path.resolve("pgsql");
	}

	/**
	 * What a master's data folder is a copy of.
	 * @return the folder, in which there may be no data yet
	 */
	ServerFolder template() {
		return new ServerFolder(this.path.resolve("template"));
	}

	/**
	 * The file with the superuser's password in the template, for us alone.
	 * @return the file
	 */
	Path passwordFile() {
		return this.path.resolve("superuser");
	}

	/**
	 * Return whether there is a template whose copies belong to whom servers run as.
	 * @param launcher how they are run
	 * @param ours a folder that belongs to us
	 * @return whether it can be used
	 */
	boolean hasTemplateFor(Launcher launcher, Path ours) throws IOException {
		if (!Files.isDirectory(template().data())) {
			return false;
		}
		String owner = Files.getOwner(template().data()).getName();
		return owner.equals((launcher.user() != null) ? launcher.user() : Files.getOwner(ours).getName());
	}

}
