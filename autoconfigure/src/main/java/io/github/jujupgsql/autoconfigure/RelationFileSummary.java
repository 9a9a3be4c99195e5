package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReadResult;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * What the relation file holds when an application has failed to start: the beans that
 * knew it have gone by then, so it is read once more. No text in it holds a value of a
 * connection string.
 *
 * @param path the file
 * @param description what it holds
 * @param action what to do about it, or {@code null} if it names a master
 */
record RelationFileSummary(String path, String description, @Nullable String action) {

	private static final String LONGER = " If that takes longer than an application may wait, raise"
			+ " spring.datasource.hikari.connection-timeout (in milliseconds), or have nothing use the database before"
			+ " the application has started.";

	/**
	 * Look at the file.
	 * @param environment says which file, and what the application wants
	 * @return what it holds
	 */
	static RelationFileSummary of(Environment environment) {
		PgsqlProperties properties = Binder.get(environment).bindOrCreate("juju.pgsql", PgsqlProperties.class);
		Path file = properties.getRelationFile();
		return (file != null) ? of(file, properties) : new RelationFileSummary("", "There is no relation file.", null);
	}

	private static RelationFileSummary of(Path file, PgsqlProperties properties) {
		if (Files.notExists(file)) {
			return new RelationFileSummary(file.toString(), "The relation file " + file + " does not exist.",
					"See whether the application is related to a database ('juju status --relations') and whether its"
							+ " charm has written the file, to this path and in this container." + LONGER);
		}
		try {
			return of(file, read(file, properties), properties);
		}
		catch (InvalidRelationException ex) {
			return unreadable(file, ": " + ex.getMessage());
		}
		catch (IOException ex) {
			return unreadable(file, " cannot be read: " + ex.getClass().getSimpleName());
		}
	}

	private static RelationReadResult read(Path file, PgsqlProperties properties) throws IOException {
		// a pipe would be waited for
		if (!Files.isRegularFile(file) || Files.size(file) > RelationReader.MAXIMUM_SIZE) {
			throw new IOException("Not a relation file");
		}
		WantedDatabase wanted = new WantedDatabase(properties.getDatabase(), properties.getExtensions(),
				properties.getRoles());
		return new RelationReader(wanted, properties.getEndpoint()).read(Files.readAllBytes(file));
	}

	private static RelationFileSummary unreadable(Path file, String why) {
		return new RelationFileSummary(file.toString(), "The relation file " + file + why + ".",
				"Have the charm write it again, whole and readable by this application.");
	}

	private static RelationFileSummary of(Path file, RelationReadResult result, PgsqlProperties properties) {
		String start = "The relation file " + file;
		PgsqlRelation relation = result.relation();
		if (relation.master() != null) {
			return new RelationFileSummary(file.toString(), start + " names a master.", null);
		}
		if (result.waitingFor() == null) {
			return new RelationFileSummary(file.toString(), start + " names no master.",
					"See what the charm has written there, and whether the database has a primary ('juju status"
							+ " --relations'). A charm that has lost its master writes the file again once there is a"
							+ " new one." + LONGER);
		}
		return new RelationFileSummary(file.toString(), start + ": " + result.waitingFor() + ".",
				"The database has not granted yet what was asked for. See whether its charm is settled ('juju status"
						+ " --relations'), and whether what the application wants is what its charm asks for"
						+ wanted(properties) + "." + LONGER);
	}

	private static String wanted(PgsqlProperties properties) {
		StringBuilder wanted = new StringBuilder();
		append(wanted, "juju.pgsql.database", properties.getDatabase());
		append(wanted, "juju.pgsql.extensions", properties.getExtensions());
		append(wanted, "juju.pgsql.roles", properties.getRoles());
		return wanted.isEmpty() ? "" : " (" + wanted + ")";
	}

	private static void append(StringBuilder text, String name, @Nullable Object value) {
		if (value != null) {
			text.append(text.isEmpty() ? "" : ", ").append(name).append(" is ").append(value);
		}
	}

}
