package io.github.jujupgsql.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns when others than the file's owner can read passwords in it, once for each change
 * of its mode. Confined to the thread that has the turn of {@link RelationFollower}.
 */
final class FilePermissionCheck {

	private static final Log logger = LogFactory.getLog(FilePermissionCheck.class);

	private static final Set<PosixFilePermission> READ_BY_OTHERS = Set.of(PosixFilePermission.GROUP_READ,
			PosixFilePermission.OTHERS_READ);

	private final Path file;

	private Set<PosixFilePermission> known = Set.of();

	private boolean warned;

	FilePermissionCheck(Path file) {
		this.file = file;
	}

	void check(PgsqlRelation relation) {
		try {
			Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(this.file);
			this.warned = this.warned && permissions.equals(this.known);
			this.known = permissions;
			if (!this.warned && permissions.stream().anyMatch(READ_BY_OTHERS::contains) && holdsPassword(relation)) {
				logger.warn("Relation file " + this.file + " holds a password and can be read by more than its owner ("
						+ PosixFilePermissions.toString(permissions) + ")");
				this.warned = true;
			}
		}
		catch (IOException | UnsupportedOperationException ex) {
			logger.debug("Cannot tell who may read " + this.file, ex);
		}
	}

	private static boolean holdsPassword(PgsqlRelation relation) {
		ConnectionString master = relation.master();
		return (master != null && master.options().containsKey("password"))
				|| relation.standbys().stream().anyMatch((standby) -> standby.options().containsKey("password"));
	}

}
