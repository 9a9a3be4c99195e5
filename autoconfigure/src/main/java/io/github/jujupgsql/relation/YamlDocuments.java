package io.github.jujupgsql.relation;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads YAML as plain data: only the parser's nodes are looked at, so nothing is ever
 * instantiated, and every scalar but a plain null is its text ({@code 0123} and
 * {@code no} stay what they are).
 */
final class YamlDocuments {

	private static final Set<String> NULLS = Set.of("", "~", "null");

	private static final Set<Tag> TAGS = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP,
			Tag.MERGE, Tag.MAP, Tag.SEQ);

	private YamlDocuments() {
	}

	static RelationDocument read(String text) {
		Node root = compose(text);
		if (root == null) {
			throw new InvalidRelationException(null, "is empty");
		}
		if (!(root instanceof MappingNode mapping)) {
			throw new InvalidRelationException(null, "must hold an object with keys such as master and standbys");
		}
		return new RelationDocument(object(mapping));
	}

	private static @Nullable Node compose(String text) {
		try {
			return new Yaml(options()).compose(new StringReader(text));
		}
		catch (MarkedYAMLException ex) {
			// SnakeYAML's message quotes the content
			String where = (ex.getProblemMark() != null) ? " near line " + (ex.getProblemMark().getLine() + 1)
					+ ", column " + (ex.getProblemMark().getColumn() + 1) : "";
			throw new InvalidRelationException(null, "is not valid YAML," + where);
		}
		catch (RuntimeException ex) {
			// not only its own: a tag such as !a%b, say, is an IllegalArgumentException
			throw new InvalidRelationException(null, "is not valid YAML");
		}
	}

	private static LoaderOptions options() {
		LoaderOptions options = new LoaderOptions();
		options.setMaxAliasesForCollections(0);
		options.setCodePointLimit(RelationReader.MAXIMUM_SIZE);
		return options;
	}

	private static @Nullable Object value(Node node) {
		if (!TAGS.contains(node.getTag())) {
			throw new InvalidRelationException(null,
					"has a YAML tag near line " + (node.getStartMark().getLine() + 1) + "; plain data is expected");
		}
		if (node instanceof MappingNode mapping) {
			return object(mapping);
		}
		if (node instanceof SequenceNode sequence) {
			List<@Nullable Object> values = new ArrayList<>();
			for (Node item : sequence.getValue()) {
				values.add(value(item));
			}
			return values;
		}
		ScalarNode scalar = (ScalarNode) node;
		boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
		return (plain && NULLS.contains(scalar.getValue())) ? null : scalar.getValue();
	}

	private static Map<String, @Nullable Object> object(MappingNode mapping) {
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		for (NodeTuple tuple : mapping.getValue()) {
			int line = tuple.getKeyNode().getStartMark().getLine() + 1;
			if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
				throw new InvalidRelationException(null, "has a key that is no text near line " + line);
			}
			if (values.containsKey(key.getValue())) {
				throw new InvalidRelationException(null, "has the same key twice, again near line " + line);
			}
			values.put(key.getValue(), value(tuple.getValueNode()));
		}
		return values;
	}

}
