package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A relation file as plain data, whatever it was written in: texts, lists, maps and
 * nulls. Knows how to ask for a key in the shape that is wanted of it.
 *
 * @param values the keys and what they hold
 */
record RelationDocument(Map<String, @Nullable Object> values) {

	boolean isEmpty() {
		return this.values.isEmpty();
	}

	boolean hasAnyOf(Set<String> keys) {
		return !Collections.disjoint(this.values.keySet(), keys);
	}

	boolean has(String key) {
		return this.values.get(key) != null;
	}

	/**
	 * Return a text. An empty one counts as none, as it does for the pgsql protocol.
	 * @param key the key
	 * @return the text, or {@code null} if there is none
	 */
	@Nullable String text(String key) {
		Object value = this.values.get(key);
		if (value == null) {
			return null;
		}
		if (value instanceof String text) {
			return text.isBlank() ? null : text;
		}
		throw new InvalidRelationException(key, "must be a text, but is " + kindOf(value));
	}

	/**
	 * Return a list of texts that was published as a list, or as one text with commas.
	 * @param key the key
	 * @return the texts, trimmed, without empty ones
	 */
	List<String> commaSeparated(String key) {
		if (this.values.get(key) instanceof String text) {
			List<String> items = new ArrayList<>();
			for (String item : text.split(",")) {
				if (!item.isBlank()) {
					items.add(item.strip());
				}
			}
			return items;
		}
		return list(key);
	}

	/**
	 * Return connection strings that were published as a list, or as one text.
	 * @param key the key
	 * @return the connection strings, not yet parsed
	 */
	List<String> connectionStrings(String key) {
		return (this.values.get(key) instanceof String text) ? ConnectionStringList.split(text) : list(key);
	}

	private List<String> list(String key) {
		Object value = this.values.get(key);
		if (value == null) {
			return List.of();
		}
		if (!(value instanceof List<?> list)) {
			throw new InvalidRelationException(key, "must be a list or a text, but is " + kindOf(value));
		}
		List<String> texts = new ArrayList<>(list.size());
		for (Object item : list) {
			if (!(item instanceof String text)) {
				throw new InvalidRelationException(key + "[" + texts.size() + "]",
						"must be a text, but is " + kindOf(item));
			}
			texts.add(text);
		}
		return texts;
	}

	private static String kindOf(@Nullable Object value) {
		if (value == null) {
			return "null";
		}
		if (value instanceof String) {
			return "a text";
		}
		return (value instanceof List) ? "a list" : "an object";
	}

}
