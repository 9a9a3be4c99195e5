package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A data folder as {@code initdb} makes it, which each master gets a copy of: a copy
 * takes much less time. Confined to whoever has the monitor of the {@link TestFolder},
 * but for what never changes.
 */
final class ClusterTemplate {

	private final PreparedFolder prepared;

	private final Postgres postgres;

	private final String superuserPassword;

	private ClusterTemplate(PreparedFolder prepared, Postgres postgres, String superuserPassword) {
		this.prepared = prepared;
		this.postgres = postgres;
		this.superuserPassword = superuserPassword;
	}

	/**
	 * Use a template that another JVM has made.
	 * @param prepared where it is
	 * @param postgres PostgreSQL's programs
	 */
	static ClusterTemplate existing(PreparedFolder prepared, Postgres postgres) throws IOException {
		return new ClusterTemplate(prepared, postgres, Files.readString(prepared.passwordFile()));
	}

	/**
	 * Begin a template, which the first copy makes.
	 * @param own our own folder
	 * @param postgres PostgreSQL's programs
	 */
	static ClusterTemplate create(PreparedFolder own, Postgres postgres) throws IOException {
		Path file = own.passwordFile();
		String password = Passwords.random();
		Files.createFile(file, FilePermissions.ownerOnlyFile(file));
		Files.writeString(file, password);
		return new ClusterTemplate(own, postgres, password);
	}

	/**
	 * Return where it is, or will be.
	 * @return our own folder, or one that another JVM has filled
	 */
	PreparedFolder prepared() {
		return this.prepared;
	}

	/**
	 * Return the superuser's password in each copy.
	 * @return the password
	 */
	String superuserPassword() {
		return this.superuserPassword;
	}

	/**
	 * Make a data folder, for a cluster of its own.
	 * @param folder the server's folder
	 */
	void copyTo(ServerFolder folder) throws IOException {
		ServerFolder template = this.prepared.template();
		if (!Files.exists(template.home())) {
			initdb(template);
			PreparedFolder.offer(this.prepared);
		}
		FileTree.mirror(template.data(), folder.data(), (path) -> true);
		SystemIdentifier.renew(folder.data());
	}

	private void initdb(ServerFolder template) throws IOException {
		try {
			this.postgres.createHome(template);
			this.postgres.initdb(template, this.superuserPassword);
		}
		catch (IOException | RuntimeException ex) {
			FileTree.delete(template.home());
			throw ex;
		}
	}

}
