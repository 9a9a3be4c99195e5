package io.github.jujupgsql.watch;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;

/**
 * Which relation named servers last, and whether one still does. Words the lines that
 * tell when the relation goes, when it is back and when there is a new one: which it is,
 * with which servers, and for how long there was none. The first relation has no line,
 * because the assignment of roles tells it.
 * <p>
 * Immutable. Times are those of {@link System#nanoTime()}.
 *
 * @param last the last relation that named a server
 * @param goneSince since when no server is named, or {@code null} while one is
 */
record RelationPresence(PgsqlRelation last, @Nullable Long goneSince) {

	static final RelationPresence NONE_YET = new RelationPresence(PgsqlRelation.NONE, null);

	/**
	 * Take note of what the file says now.
	 * @param relation the relation
	 * @param now the time
	 * @return the presence then
	 */
	RelationPresence with(PgsqlRelation relation, long now) {
		return namesServers(relation) ? new RelationPresence(relation, null) : gone(now);
	}

	/**
	 * Take note that there is no relation any more.
	 * @param now the time
	 * @return the presence then
	 */
	RelationPresence gone(long now) {
		return isPresent() ? new RelationPresence(this.last, now) : this;
	}

	private boolean isPresent() {
		return this.goneSince == null && namesServers(this.last);
	}

	/**
	 * Word what is new about a relation.
	 * @param relation what the file says now
	 * @param now the time
	 * @return what the file does, or {@code null} if there is nothing to tell
	 */
	@Nullable String describe(PgsqlRelation relation, long now) {
		if (!namesServers(relation)) {
			return describeGone("names no server any more; the relation is gone");
		}
		if (this.goneSince == null && !relation.isAnotherThan(this.last)) {
			return null;
		}
		return (isNew(relation) ? "names a new relation" : "names the relation again") + describePause(now) + ": "
				+ describeChange(relation);
	}

	/**
	 * Word that there is no relation any more.
	 * @param event what has become of the file
	 * @return that, and what is gone, or {@code null} if it was gone before
	 */
	@Nullable String describeGone(String event) {
		return isPresent() ? event + ": " + describeId(this.last) + describeServers(this.last) : null;
	}

	private static boolean namesServers(PgsqlRelation relation) {
		return relation.master() != null || !relation.standbys().isEmpty();
	}

	/**
	 * Return whether the relation is a new one. Where its id is not published, another
	 * user tells: an application that is integrated again is given one.
	 */
	private boolean isNew(PgsqlRelation relation) {
		boolean known = this.last.id() != null && relation.id() != null;
		return known ? relation.isAnotherThan(this.last) : hasAnotherUser(relation);
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

	private String describePause(long now) {
		return (this.goneSince == null) ? ""
				: " after " + TimeUnit.NANOSECONDS.toMillis(now - this.goneSince) + " ms without one";
	}

	private String describeChange(PgsqlRelation relation) {
		String id = relation.isAnotherThan(this.last)
				? "relation " + this.last.loggableId() + " -> " + relation.loggableId() + ", " : describeId(relation);
		return id + (hasAnotherUser(relation) ? "another user" : "the same user") + ", " + describeServers(relation);
	}

	private static String describeId(PgsqlRelation relation) {
		return (relation.id() != null) ? "relation " + relation.loggableId() + ", " : "";
	}

	private static String describeServers(PgsqlRelation relation) {
		String standbys = relation.standbys().stream().map(relation::nameOf).collect(Collectors.joining(", "));
		return "master " + ((relation.master() != null) ? relation.master().address() : "none") + ", standbys "
				+ (standbys.isEmpty() ? "none" : standbys);
	}

}
