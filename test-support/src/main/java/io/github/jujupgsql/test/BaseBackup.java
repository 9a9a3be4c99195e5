package io.github.jujupgsql.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * Copies the data folder of a running server, by the low-level interface of the server's
 * manual, since the artifacts are without {@code pg_basebackup}. The copies hold no WAL:
 * a standby streams what it needs from the start of the backup on.
 */
final class BaseBackup {

	/**
	 * Folders whose content a standby does not need, or must not have.
	 */
	private static final Set<String> EMPTY_FOLDERS = Set.of("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify",
			"pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans");

	private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts", "standby.signal",
			"backup_label", "tablespace_map", "pg_internal.init");

	private BaseBackup() {
	}

	/**
	 * Make data folders that are as the server's.
	 * @param server the server
	 * @param targets the folders of servers that do not run; data that is there is lost
	 * @param postgres PostgreSQL's programs
	 */
	static void copy(PgsqlServer server, List<ServerFolder> targets, Postgres postgres)
			throws SQLException, IOException {
		Path source = server.folder().data();
		try (Connection connection = server.connections().admin(); Statement statement = connection.createStatement()) {
			// 15 renamed the functions
			boolean old = connection.getMetaData().getDatabaseMajorVersion() < 15;
			statement.execute(
					old ? "SELECT pg_start_backup('standby', true, false)" : "SELECT pg_backup_start('standby', true)");
			for (ServerFolder target : targets) {
				FileTree.mirror(source, target.data(), BaseBackup::isWanted);
			}
			try (ResultSet result = statement.executeQuery(old ? "SELECT labelfile FROM pg_stop_backup(false, false)"
					: "SELECT labelfile FROM pg_backup_stop(false)")) {
				result.next();
				for (ServerFolder target : targets) {
					postgres.writeSecret(target.data().resolve("backup_label"), result.getString(1));
					postgres.writeSecret(target.standbySignal(), "");
				}
			}
		}
	}

	private static boolean isWanted(Path path) {
		String name = String.valueOf(path.getFileName());
		if (path.getNameCount() == 1) {
			return !LEFT_OUT.contains(name);
		}
		return !EMPTY_FOLDERS.contains(path.getName(0).toString()) && !LEFT_OUT.contains(name)
				&& !name.startsWith("pgsql_tmp");
	}

	/**
	 * The position at which a promoted server left the history that it shares with
	 * others.
	 * @param promoted the server
	 * @return the position
	 */
	static Lsn forkOf(PgsqlServer promoted) throws IOException {
		Path wal = promoted.folder().data().resolve("pg_wal");
		try (var histories = Files.newDirectoryStream(wal, "*.history")) {
			Path latest = null;
			for (Path history : histories) {
				// names are hexadecimal numbers of equal length
				latest = (latest == null || history.compareTo(latest) > 0) ? history : latest;
			}
			if (latest == null) {
				throw new IOException("No history of the promotion in " + wal);
			}
			List<String> lines = Files.readAllLines(latest).stream().filter((line) -> !line.isBlank()).toList();
			// timeline, position, reason
			return Lsn.parse(lines.get(lines.size() - 1).split("\t", 3)[1]);
		}
	}

}
