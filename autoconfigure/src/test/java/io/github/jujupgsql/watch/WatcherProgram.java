package io.github.jujupgsql.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * Follows the file that it is given, for tests that need another user or other limits. It
 * prints what it is handed, and ends with its standard input.
 */
final class WatcherProgram {

	private WatcherProgram() {
	}

	public static void main(String[] args) throws IOException {
		List<WatchService> hoard = args[1].equals("hoard") ? hoard() : List.of();
		try (RelationFileWatcher watcher = new RelationFileWatcher(Path.of(args[0]), RelationExample.READER,
				Duration.ofMillis(20), Duration.ofMillis(20), Clock.systemUTC(), WatcherProgram::print)) {
			watcher.start();
			new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
		}
		for (WatchService service : hoard) {
			service.close();
		}
	}

	private static void print(PgsqlRelation relation) {
		ConnectionString master = relation.master();
		System.out.println("master is " + ((master != null) ? master.address() : "gone"));
	}

	/**
	 * Take what is left of the user's inotify instances.
	 */
	private static List<WatchService> hoard() {
		List<WatchService> services = new ArrayList<>();
		@Nullable IOException limit = null;
		while (limit == null) {
			try {
				services.add(FileSystems.getDefault().newWatchService());
			}
			catch (IOException ex) {
				limit = ex;
			}
		}
		return services;
	}

}
