package io.github.jujupgsql.relation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the charm library for the pgsql interface made of relations.
 */
public final class PgsqlProtocolVectors {

	private PgsqlProtocolVectors() {
	}

	/**
	 * Relations and what is selected of them.
	 */
	public static List<Selection> selection() {
		return elements(root(), "selection")
			.map((node) -> new Selection(text(node, "name"), wanted(node), Step.of(node)))
			.toList();
	}

	/**
	 * Relations that change, and what is told of it.
	 */
	public static List<Sequence> sequences() {
		return elements(root(), "sequences")
			.map((node) -> new Sequence(text(node, "name"), wanted(node),
					elements(node, "steps").map(Step::of).toList()))
			.toList();
	}

	private static JsonNode root() {
		try (InputStream json = PgsqlProtocolVectors.class.getResourceAsStream("/pgsql-protocol/vectors.json")) {
			return JsonMapper.shared().readTree(Objects.requireNonNull(json));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the library asks for in lists of its own making, so neither blanks nor order
	 * are touched.
	 */
	private static WantedDatabase wanted(JsonNode node) {
		JsonNode wanted = node.get("wanted");
		return new WantedDatabase(wanted.has("database") ? text(wanted, "database") : null, list(wanted, "extensions"),
				list(wanted, "roles"));
	}

	private static @Nullable List<String> list(JsonNode node, String key) {
		if (!node.has(key)) {
			return null;
		}
		String text = text(node, key);
		return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
	}

	private static java.util.stream.Stream<JsonNode> elements(JsonNode node, String key) {
		return node.has(key) ? StreamSupport.stream(node.get(key).spliterator(), false) : java.util.stream.Stream.of();
	}

	private static String text(JsonNode node, String key) {
		return node.get(key).asString();
	}

	/**
	 * A relation and what is selected of it.
	 */
	public record Selection(String name, WantedDatabase wanted, Step step) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * A relation that changes.
	 */
	public record Sequence(String name, WantedDatabase wanted, List<Step> steps) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * A relation at one moment.
	 *
	 * @param relation its JSON, or {@code null} if it is broken
	 * @param master the text of the master that is selected
	 * @param standbys the texts of the standbys that are selected
	 * @param events what is told
	 */
	public record Step(@Nullable String relation, @Nullable String master, List<String> standbys, List<String> events) {

		static Step of(JsonNode node) {
			JsonNode relation = node.get("relation");
			JsonNode master = node.get("master");
			return new Step(relation.isNull() ? null : relation.toString(), master.isNull() ? null : master.asString(),
					elements(node, "standbys").map(JsonNode::asString).toList(),
					elements(node, "events").map(JsonNode::asString).toList());
		}

		/**
		 * Read the relation.
		 */
		public PgsqlRelation read(WantedDatabase wanted) {
			return (this.relation == null) ? PgsqlRelation.NONE
					: new RelationReader(wanted).read(this.relation.getBytes(StandardCharsets.UTF_8)).relation();
		}

	}

}
