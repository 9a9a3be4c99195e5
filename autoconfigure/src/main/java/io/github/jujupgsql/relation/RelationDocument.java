package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A relation file as plain data, whatever it was written in, or an object within it:
 * texts, lists, maps and nulls. Knows how to ask for a key in the shape that is wanted of
 * it.
 *
 * @param path where this object is in the file, empty or with a dot at its end
 * @param values the keys and what they hold
 */
record RelationDocument(String path, Map<String, @Nullable Object> values) {

	static final RelationDocument EMPTY = new RelationDocument(Map.of());

	private static final int LONGEST_NAME = 100;

	/**
	 * Create the document of a whole file.
	 * @param values the keys and what they hold
	 */
	RelationDocument(Map<String, @Nullable Object> values) {
		this("", values);
	}

	boolean isEmpty() {
		return this.values.isEmpty();
	}

	boolean hasAnyOf(Set<String> keys) {
		return !Collections.disjoint(this.values.keySet(), keys);
	}

	boolean has(String key) {
		return this.values.get(key) != null;
	}

	boolean isObject(String key) {
		return this.values.get(key) instanceof Map;
	}

	boolean isText(String key) {
		return this.values.get(key) instanceof String;
	}

	Set<String> keys() {
		return this.values.keySet();
	}

	/**
	 * Return where a key is, for messages.
	 * @param key the key
	 * @return the path to it
	 */
	String pathOf(String key) {
		return this.path + nameOf(key);
	}

	/**
	 * Return a name that the file gives, fit for logs.
	 * @param name the name of a unit, an endpoint or a key
	 * @return the name, or {@code ***} if it cannot be one
	 */
	static String nameOf(String name) {
		return loggable(name, "-_./");
	}

	/**
	 * Return the id of a relation, fit for logs. Juju's commands write it as a number, or
	 * as {@code endpoint:number}.
	 * @param id the id
	 * @return the id, or {@code ***} if it cannot be one
	 */
	static String idOf(String id) {
		return loggable(id, "-_./:");
	}

	private static String loggable(String text, String punctuation) {
		boolean plain = text.length() <= LONGEST_NAME
				&& text.chars().allMatch((c) -> Character.isLetterOrDigit(c) || punctuation.indexOf(c) >= 0);
		return plain ? text : "***";
	}

	/**
	 * Return what a key holds as JSON in a text.
	 * @param key the key
	 * @return an object in which the key holds what the text says
	 */
	RelationDocument json(String key) {
		try {
			Map<String, @Nullable Object> values = new LinkedHashMap<>();
			values.put(key, JsonDocuments.readValue(textOrEmpty(key)));
			return new RelationDocument(this.path, values);
		}
		catch (InvalidRelationException ex) {
			throw new InvalidRelationException(pathOf(key), ex.getReason());
		}
	}

	/**
	 * Return the object that a key holds.
	 * @param key the key
	 * @return the object, empty if there is none
	 */
	RelationDocument object(String key) {
		return object(pathOf(key), this.values.get(key));
	}

	/**
	 * Return the objects that a key holds.
	 * @param key the key
	 * @return the objects in a list, empty if there is none
	 */
	List<RelationDocument> objects(String key) {
		Object value = this.values.get(key);
		if (value == null) {
			return List.of();
		}
		if (!(value instanceof List<?> list)) {
			throw new InvalidRelationException(pathOf(key), "must be a list, but is " + kindOf(value));
		}
		List<RelationDocument> objects = new ArrayList<>(list.size());
		for (Object item : list) {
			objects.add(object(pathOf(key) + "[" + objects.size() + "]", item));
		}
		return objects;
	}

	private static RelationDocument object(String path, @Nullable Object value) {
		if (value == null) {
			return new RelationDocument(path + ".", Map.of());
		}
		if (!(value instanceof Map<?, ?> map)) {
			throw new InvalidRelationException(path, "must be an object, but is " + kindOf(value));
		}
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		map.forEach((key, item) -> values.put(String.valueOf(key), item));
		return new RelationDocument(path + ".", values);
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
		throw new InvalidRelationException(pathOf(key), "must be a text, but is " + kindOf(value));
	}

	String textOrEmpty(String key) {
		String text = text(key);
		return (text != null) ? text : "";
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
			throw new InvalidRelationException(pathOf(key), "must be a list or a text, but is " + kindOf(value));
		}
		List<String> texts = new ArrayList<>(list.size());
		for (Object item : list) {
			if (!(item instanceof String text)) {
				throw new InvalidRelationException(pathOf(key) + "[" + texts.size() + "]",
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
