package io.github.jujupgsql.relation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON as plain data. Numbers and booleans stay the text they were written as, and
 * a key that stands twice is refused.
 */
final class JsonDocuments {

	private static final JsonFactory FACTORY = JsonFactory.builder()
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	private JsonDocuments() {
	}

	static RelationDocument read(String text) {
		return new RelationDocument(parse(text, (parser) -> {
			parser.nextToken();
			return object(parser);
		}, "object"));
	}

	/**
	 * Read a value of any kind.
	 * @param text the JSON
	 * @return a text, a list, a map or {@code null}
	 */
	static @Nullable Object readValue(String text) {
		return parse(text, (parser) -> value(parser, parser.nextToken()), "value");
	}

	private static <T extends @Nullable Object> T parse(String text, Function<JsonParser, T> reader, String kind) {
		try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
			T read = reader.apply(parser);
			if (parser.nextToken() != null) {
				throw new InvalidRelationException(null, "has something after the end of its JSON " + kind);
			}
			return read;
		}
		catch (JacksonException ex) {
			throw new InvalidRelationException(null, "is not valid JSON, or not whole" + near(ex.getLocation()));
		}
	}

	/**
	 * Return where the fault is. Jackson's own message also quotes the content.
	 * @param location where the parser was, if that is known
	 * @return the place, to end a message with
	 */
	private static String near(@Nullable TokenStreamLocation location) {
		return (location != null) ? ", near line " + location.getLineNr() + ", column " + location.getColumnNr() : "";
	}

	private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) {
		if (token == JsonToken.START_OBJECT) {
			return object(parser);
		}
		if (token == JsonToken.START_ARRAY) {
			return array(parser);
		}
		return (token == JsonToken.VALUE_NULL) ? null : parser.getString();
	}

	private static Map<String, @Nullable Object> object(JsonParser parser) {
		Map<String, @Nullable Object> values = new LinkedHashMap<>();
		while (parser.nextToken() != JsonToken.END_OBJECT) {
			String name = parser.currentName();
			values.put(name, value(parser, parser.nextToken()));
		}
		return values;
	}

	private static List<@Nullable Object> array(JsonParser parser) {
		List<@Nullable Object> values = new ArrayList<>();
		for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
			values.add(value(parser, token));
		}
		return values;
	}

}
