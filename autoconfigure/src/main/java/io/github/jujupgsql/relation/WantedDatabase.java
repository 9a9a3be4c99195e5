package io.github.jujupgsql.relation;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;

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
		return firstUnlike(document, false);
	}

	/**
	 * Return the first wish that a bag does not mirror. What is not published there has
	 * not been granted.
	 * @param document what was published
	 * @return the key, or {@code null} if all are granted
	 */
	@Nullable String firstNotMirroredBy(RelationDocument document) {
		return firstUnlike(document, true);
	}

	private @Nullable String firstUnlike(RelationDocument document, boolean absentToo) {
		boolean any = this.database == null || this.database.isEmpty();
		if (!any && (absentToo || document.has("database"))
				&& !Objects.equals(this.database, document.text("database"))) {
			return "database";
		}
		if (differs(this.extensions, document, "extensions", absentToo)) {
			return "extensions";
		}
		return differs(this.roles, document, "roles", absentToo) ? "roles" : null;
	}

	private static boolean differs(@Nullable List<String> wanted, RelationDocument document, String key,
			boolean absentToo) {
		return wanted != null && (absentToo || document.has(key))
				&& !new HashSet<>(wanted).equals(new HashSet<>(document.commaSeparated(key)));
	}

	/**
	 * Return a relation, without its servers where a wish has not been granted.
	 * @param relation the relation
	 * @param warnings what was left out of it
	 * @param unmet the first wish that has not been granted, or {@code null}
	 * @return the relation, without servers if a wish has not been granted
	 */
	RelationReadResult grantedBy(PgsqlRelation relation, List<String> warnings, @Nullable String unmet) {
		return (unmet == null) ? new RelationReadResult(relation, warnings, null)
				: new RelationReadResult(relation.withoutServers(), warnings,
						"no servers yet; waiting for '" + unmet + "' to be what juju.pgsql." + unmet + " says");
	}

}
