package io.github.jujupgsql.relation;

import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the workload wants of the server. The pgsql protocol has a server mirror the
 * wishes once it has granted them; until then it is not ready to be used.
 *
 * @param database the database, or {@code null} if any will do
 * @param extensions the extensions, or {@code null} if any will do
 * @param roles the roles, or {@code null} if any will do
 * @since 0.1.0
 */
public record WantedDatabase(@Nullable String database, @Nullable List<String> extensions,
		@Nullable List<String> roles) {

	/**
	 * No wish at all.
	 */
	public static final WantedDatabase ANY = new WantedDatabase(null, null, null);

	/**
	 * Return the first wish that a set of published connections contradicts. What is not
	 * published there is not compared.
	 * @param document what was published
	 * @return the key, or {@code null} if nothing is contradicted
	 */
	@Nullable String firstContradictedBy(RelationDocument document) {
		if (this.database != null && !this.database.isEmpty() && document.has("database")
				&& !this.database.equals(document.text("database"))) {
			return "database";
		}
		if (differs(this.extensions, document, "extensions")) {
			return "extensions";
		}
		return differs(this.roles, document, "roles") ? "roles" : null;
	}

	private static boolean differs(@Nullable List<String> wanted, RelationDocument document, String key) {
		return wanted != null && document.has(key)
				&& !new HashSet<>(wanted).equals(new HashSet<>(document.commaSeparated(key)));
	}

}
