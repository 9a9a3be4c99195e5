package io.github.jujupgsql.relation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads what a charm has exported into a {@link PgsqlRelation}, in JSON or YAML and in
 * one of these forms, which are told apart by their keys:
 * <ul>
 * <li>a set of connections as a charm is advised to write it ({@code master},
 * {@code standbys}, {@code database}, {@code extensions}, {@code roles}, {@code version})
 * or with the names of the charm library's own example ({@code db_conn_str},
 * {@code db_uri}, {@code db_ro_uris});</li>
 * <li>one bag of the {@code pgsql} interface, as {@code relation-get} prints it;</li>
 * <li>a whole relation, as it stands under {@code relation-info} in
 * {@code juju show-unit}, or the whole of that;</li>
 * <li>one bag of the {@code postgresql_client} interface.</li>
 * </ul>
 * Stateless.
 *
 * @since 0.1.0
 */
public final class RelationReader {

	/**
	 * The largest content that is read, in bytes.
	 */
	public static final int MAXIMUM_SIZE = 1024 * 1024;

	private static final int MOST_LOOKED_INTO = 100;

	private final List<RelationForm> forms;

	/**
	 * Create a reader.
	 * @param wanted what the workload wants of the server
	 */
	public RelationReader(WantedDatabase wanted) {
		this(wanted, null);
	}

	/**
	 * Create a reader.
	 * @param wanted what the workload wants of the server
	 * @param endpoint the name of the endpoint whose relation is meant where the file
	 * holds several, or {@code null} if it never does
	 */
	public RelationReader(WantedDatabase wanted, @Nullable String endpoint) {
		RelationInfoForm relationInfo = new RelationInfoForm(wanted);
		this.forms = List.of(new ShowUnitForm(endpoint, relationInfo), relationInfo, new ClientForm(wanted),
				new BagForm(wanted), new ConnectionsForm(wanted));
	}

	/**
	 * Read a relation.
	 * @param content the content of the file
	 * @return the relation and what there is to say about it
	 * @throws InvalidRelationException if the content is no relation, is not whole, or
	 * asks for what is refused
	 */
	public RelationReadResult read(byte[] content) {
		RelationDocument document = DocumentReader.read(content);
		for (RelationForm form : this.forms) {
			if (form.accepts(document)) {
				return form.read(document);
			}
		}
		String nested = nested(document);
		throw new InvalidRelationException(null,
				"has none of the keys that a relation has (master, standbys, endpoints, …)"
						+ ((nested != null) ? "; what lies under '" + nested + "' has: write that alone" : ""));
	}

	/**
	 * Find where a relation lies within something else, such as what
	 * {@code juju run data-integrator/0 get-credentials} prints.
	 * @return the path to it, or {@code null} if there is none
	 */
	private @Nullable String nested(RelationDocument document) {
		Deque<RelationDocument> objects = new ArrayDeque<>(List.of(document));
		for (int looked = 0; looked < MOST_LOOKED_INTO && !objects.isEmpty(); looked++) {
			RelationDocument object = objects.remove();
			if (object != document && !object.isEmpty()
					&& this.forms.stream().anyMatch((form) -> form.accepts(object))) {
				return object.path().replaceFirst("\\.$", "");
			}
			object.keys().stream().filter(object::isObject).map(object::object).forEach(objects::add);
		}
		return null;
	}

}
