package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A set of connections, as a charm is advised to write it, or with the names of the charm
 * library's own example.
 *
 * @param wanted what the workload wants of the server
 */
record ConnectionsForm(WantedDatabase wanted) implements RelationForm {

	/** The first that is set wins. */
	private static final List<String> MASTER_KEYS = List.of("master", "db_conn_str", "db_uri");

	static final Set<String> KEYS_OF_SERVERS = Set.of("master", "db_conn_str", "db_uri", "standbys", "db_ro_uris");

	private static final Set<String> KEYS = Set.of("master", "standbys", "database", "extensions", "roles", "version",
			"db_conn_str", "db_uri", "db_ro_uris", "relation-id");

	@Override
	public boolean accepts(RelationDocument document) {
		return document.isEmpty() || document.hasAnyOf(KEYS);
	}

	@Override
	public RelationReadResult read(RelationDocument document) {
		if (!document.isEmpty() && !document.hasAnyOf(KEYS_OF_SERVERS)) {
			throw InvalidRelationException.saysNothingOfServers();
		}
		List<String> warnings = new ArrayList<>();
		String standbys = document.has("standbys") ? "standbys" : "db_ro_uris";
		PgsqlRelation relation = PgsqlRelation.of(document.text("relation-id"), document, document.text("database"),
				master(document), PublishedString.readStandbys(document.pathOf(standbys),
						document.connectionStrings(standbys), warnings));
		return this.wanted.grantedBy(relation, warnings, this.wanted.firstContradictedBy(document));
	}

	private static @Nullable PublishedString master(RelationDocument document) {
		for (String key : MASTER_KEYS) {
			String text = document.text(key);
			if (text != null) {
				return PublishedString.read(document.pathOf(key), text);
			}
		}
		return null;
	}

}
