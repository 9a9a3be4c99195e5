package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.util.LinuxUtils;
import org.jspecify.annotations.Nullable;

/**
 * How PostgreSQL's programs are run: as they are, or, since they refuse root, as somebody
 * else.
 *
 * @param prefix what the command line begins with
 * @param user whose the files must be; {@code null} if they stay ours
 */
record Launcher(List<String> prefix, @Nullable String user) {

	/**
	 * System property that names the user to run as when we are root.
	 */
	static final String USER_PROPERTY = "io.github.jujupgsql.test.user";

	private static final List<String> USUAL_USERS = List.of("postgres", "nobody");

	private static final List<List<String>> WAYS = List.of(
			List.of("setpriv", "--reuid=%s", "--regid=%s", "--clear-groups", "--"),
			List.of("runuser", "-u", "%s", "--"));

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	/**
	 * Find out how programs can be run that use a folder.
	 * @param folder the folder, which we made
	 * @return the way
	 * @throws IllegalStateException if we are root and there is none
	 */
	static Launcher find(Path folder) throws IOException {
		if (!OperatingSystem.isRoot(folder)) {
			return new Launcher(List.of(), null);
		}
		String chosenUser = System.getProperty(USER_PROPERTY);
		if (chosenUser == null && LinuxUtils.isUnshareAvailable()) {
			return new Launcher(List.of("unshare", "-U"), null);
		}
		return findUser(folder, (chosenUser != null) ? List.of(chosenUser) : USUAL_USERS);
	}

	private static Launcher findUser(Path folder, List<String> users) throws IOException {
		List<String> failures = new ArrayList<>();
		for (String user : users) {
			for (List<String> way : WAYS) {
				List<String> prefix = prefix(folder, way, user);
				String failure = tryOut(folder, prefix);
				if (failure == null) {
					return new Launcher(prefix, user);
				}
				failures.add(way.get(0) + " as " + user + ": " + failure);
			}
		}
		throw new IllegalStateException(
				"PostgreSQL does not run as root, and there is no way to run it as somebody else" + " (tried: "
						+ ((users == USUAL_USERS) ? "unshare -U: refused or missing; " : "")
						+ String.join("; ", failures)
						+ "). Run as an ordinary user, or allow user namespaces, or name a user" + " who may enter "
						+ folder + " by the system property " + USER_PROPERTY + " (java.io.tmpdir moves that folder)");
	}

	private static List<String> prefix(Path folder, List<String> way, String user) throws IOException {
		String group = group(folder, user);
		return way.stream()
			.map((part) -> part.startsWith("--regid") ? part.formatted(group) : part.formatted(user))
			.toList();
	}

	private static String group(Path folder, String user) throws IOException {
		Command.Result result = Command.run(folder, TIMEOUT, List.of("id", "-g", "--", user));
		return result.succeeded() ? result.output() : user;
	}

	private static @Nullable String tryOut(Path folder, List<String> prefix) throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.addAll(List.of("sh", "-c", "cd \"$0\" && id -u", folder.toString()));
		try {
			Command.Result result = Command.run(folder, TIMEOUT, command);
			if (!result.succeeded()) {
				return result.output();
			}
			return result.output().equals("0") ? "is root" : null;
		}
		catch (IOException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	/**
	 * Run a program to its end.
	 * @param directory where
	 * @param timeout how long it may take
	 * @param command the program and its arguments
	 * @return what became of it
	 */
	Command.Result run(Path directory, Duration timeout, List<String> command) throws IOException {
		List<String> full = new ArrayList<>(this.prefix);
		full.addAll(command);
		return Command.run(directory, timeout, full);
	}

	/**
	 * Give a file or folder that we made to whom the programs run as.
	 * @param path the file or folder
	 */
	void own(Path path) throws IOException {
		if (this.user != null) {
			Files.setOwner(path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(this.user));
		}
	}

}
