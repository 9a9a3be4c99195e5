package io.github.jujupgsql.watch;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the relation goes, when it is back and when there is a new one, one line
 * each: which it is, with which servers, and for how long there was none. The first one
 * is told by who gets which role. Confined to whoever has the watcher's turn.
 */
final class RelationChangeLogger {

	private static final Log logger = LogFactory.getLog(RelationFileWatcher.class);

	/** What an id may look like in a log; Juju's are numbers. */
	private static final Pattern ID = Pattern.compile("[\\w:.-]{1,40}");

	private final Path file;

	/** The last relation that named a server. */
	private PgsqlRelation last = PgsqlRelation.NONE;

	/** Since when no server is named, as of {@link System#nanoTime()}. */
	private @Nullable Long goneSince;

	RelationChangeLogger(Path file) {
		this.file = file;
	}

	/**
	 * Take note of what the file says now.
	 * @param relation the relation
	 */
	void named(PgsqlRelation relation) {
		if (!namesServers(relation)) {
			gone("names no server any more");
			return;
		}
		if (this.goneSince != null || isAnother(relation)) {
			logger.info("Relation file " + this.file
					+ (isNew(relation) ? " names a new relation" : " names the relation again") + describePause() + ": "
					+ describeChange(relation));
		}
		this.last = relation;
		this.goneSince = null;
	}

	/**
	 * Take note that there is no relation any more.
	 * @param reason what has become of the file
	 */
	void gone(String reason) {
		if (this.goneSince == null && namesServers(this.last)) {
			this.goneSince = System.nanoTime();
			logger.info("Relation file " + this.file + " " + reason + "; the relation is gone: " + describeId(this.last)
					+ describeServers(this.last));
		}
	}

	private static boolean namesServers(PgsqlRelation relation) {
		return relation.master() != null || !relation.standbys().isEmpty();
	}

	/**
	 * Return whether the relation is another one than the last, as far as it says which
	 * it is.
	 */
	private boolean isAnother(PgsqlRelation relation) {
		return this.last.id() != null && relation.id() != null && !this.last.id().equals(relation.id());
	}

	/**
	 * Return whether the relation is a new one. Where its id is not published, another
	 * user tells: who integrates again is given one.
	 */
	private boolean isNew(PgsqlRelation relation) {
		boolean known = this.last.id() != null && relation.id() != null;
		return known ? isAnother(relation) : hasAnotherUser(relation);
	}

	private boolean hasAnotherUser(PgsqlRelation relation) {
		return !Objects.equals(user(this.last), user(relation));
	}

	private static @Nullable String user(PgsqlRelation relation) {
		return servers(relation).findFirst().map(ConnectionString::user).orElse(null);
	}

	private static Stream<ConnectionString> servers(PgsqlRelation relation) {
		return Stream.concat(Stream.ofNullable(relation.master()), relation.standbys().stream());
	}

	private String describePause() {
		return (this.goneSince == null) ? ""
				: " after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.goneSince) + " ms without one";
	}

	private String describeChange(PgsqlRelation relation) {
		String id = isAnother(relation) ? "relation " + id(this.last) + " -> " + id(relation) + ", "
				: describeId(relation);
		return id + (hasAnotherUser(relation) ? "another user" : "the same user") + ", " + describeServers(relation);
	}

	private static String describeId(PgsqlRelation relation) {
		return (relation.id() != null) ? "relation " + id(relation) + ", " : "";
	}

	private static String id(PgsqlRelation relation) {
		String id = String.valueOf(relation.id());
		return ID.matcher(id).matches() ? id : "***";
	}

	private static String describeServers(PgsqlRelation relation) {
		String standbys = relation.standbys().stream().map(relation::nameOf).collect(Collectors.joining(", "));
		return "master " + ((relation.master() != null) ? relation.master().address() : "none") + ", standbys "
				+ (standbys.isEmpty() ? "none" : standbys);
	}

}
