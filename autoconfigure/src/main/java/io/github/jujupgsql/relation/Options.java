package io.github.jujupgsql.relation;

import java.util.EnumMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a parser has found so far. Of equal keywords the last one wins.
 */
final class Options {

	private final EnumMap<Keyword, String> values;

	Options() {
		this.values = new EnumMap<>(Keyword.class);
	}

	Options(Map<Keyword, String> values) {
		this();
		this.values.putAll(values);
	}

	/**
	 * Set an option as libpq does.
	 * @param name the keyword; {@code requiressl} is libpq's old way to say
	 * {@code sslmode}
	 * @param value the value, empty counts as set
	 * @return whether libpq knows the keyword
	 */
	boolean set(String name, String value) {
		if (name.equals("requiressl")) {
			this.values.put(Keyword.SSLMODE, value.startsWith("1") ? "require" : "prefer");
			return true;
		}
		@Nullable Keyword keyword = Keyword.of(name);
		if (keyword == null) {
			return false;
		}
		this.values.put(keyword, value);
		return true;
	}

	EnumMap<Keyword, String> values() {
		return this.values;
	}

}
