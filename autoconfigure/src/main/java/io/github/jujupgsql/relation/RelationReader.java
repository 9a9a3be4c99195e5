package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads what a charm has exported into a {@link PgsqlRelation}. Understands a set of
 * connections as a charm is advised to write it ({@code master}, {@code standbys},
 * {@code database}, {@code extensions}, {@code roles}, {@code version}) and the names of
 * the charm library's own example ({@code db_conn_str}, {@code db_uri},
 * {@code db_ro_uris}), in JSON or YAML. Stateless.
 *
 * @since 0.1.0
 */
public final class RelationReader {

	/**
	 * The largest content that is read, in bytes.
	 */
	public static final int MAXIMUM_SIZE = 1024 * 1024;

	private static final Set<String> KEYS = Set.of("master", "standbys", "database", "extensions", "roles", "version",
			"db_conn_str", "db_uri", "db_ro_uris");

	private final WantedDatabase wanted;

	/**
	 * Create a reader.
	 * @param wanted what the workload wants of the server
	 */
	public RelationReader(WantedDatabase wanted) {
		this.wanted = wanted;
	}

	/**
	 * Read a relation.
	 * @param content the content of the file
	 * @return the relation and what there is to say about it
	 * @throws InvalidRelationException if the content is no relation, is not whole, or
	 * asks for what is refused
	 */
	public RelationReading read(byte[] content) {
		RelationDocument document = DocumentReader.read(content);
		if (!document.isEmpty() && !document.hasAnyOf(KEYS)) {
			throw new InvalidRelationException(null, "has none of the keys that a relation has (master, standbys, …)");
		}
		List<String> warnings = new ArrayList<>();
		PgsqlRelation relation = new PgsqlRelation(document.text("database"), document.commaSeparated("extensions"),
				document.commaSeparated("roles"), document.text("version"), master(document),
				standbys(document, warnings));
		String contradicted = this.wanted.firstContradictedBy(document);
		if (contradicted != null) {
			return new RelationReading(relation.withoutServers(), warnings,
					"'" + contradicted + "' in the relation differs from juju.pgsql." + contradicted);
		}
		return new RelationReading(relation, warnings, null);
	}

	private static @Nullable ConnectionString master(RelationDocument document) {
		for (String key : List.of("master", "db_conn_str", "db_uri")) {
			String text = document.text(key);
			if (text != null) {
				return connectionString(key, text);
			}
		}
		return null;
	}

	private static List<ConnectionString> standbys(RelationDocument document, List<String> warnings) {
		String key = document.has("standbys") ? "standbys" : "db_ro_uris";
		List<ConnectionString> standbys = new ArrayList<>();
		int index = 0;
		for (String text : document.connectionStrings(key)) {
			try {
				standbys.add(connectionString(key + "[" + index + "]", text));
			}
			catch (InvalidRelationException ex) {
				// a typo in a standby must not keep a dead master in use
				warnings.add("standby left out: " + ex.getMessage());
			}
			index++;
		}
		return standbys;
	}

	private static ConnectionString connectionString(String key, String text) {
		try {
			ConnectionString connectionString = ConnectionString.parse(text);
			DriverProperties.of(connectionString, "");
			return connectionString;
		}
		catch (InvalidConnectionStringException ex) {
			throw new InvalidRelationException(key, String.valueOf(ex.getMessage()));
		}
	}

}
