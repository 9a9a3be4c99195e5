package io.github.jujupgsql.test;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * Writes maps, lists, strings, numbers and booleans as JSON, for which Jackson's core is
 * enough.
 */
final class JsonText {

	private JsonText() {
	}

	static String of(@Nullable Object value) {
		StringWriter text = new StringWriter();
		ObjectWriteContext indented = new ObjectWriteContext.Base() {

			@Override
			public PrettyPrinter getPrettyPrinter() {
				return new DefaultPrettyPrinter();
			}

			@Override
			public boolean hasPrettyPrinter() {
				return true;
			}

		};
		try (JsonGenerator generator = new JsonFactory().createGenerator(indented, text)) {
			write(generator, value);
		}
		return text.append('\n').toString();
	}

	private static void write(JsonGenerator generator, @Nullable Object value) {
		if (value == null) {
			generator.writeNull();
		}
		else if (value instanceof Map<?, ?> map) {
			generator.writeStartObject();
			map.forEach((key, member) -> {
				generator.writeName(String.valueOf(key));
				write(generator, member);
			});
			generator.writeEndObject();
		}
		else if (value instanceof List<?> list) {
			generator.writeStartArray();
			list.forEach((member) -> write(generator, member));
			generator.writeEndArray();
		}
		else if (value instanceof Integer number) {
			generator.writeNumber(number);
		}
		else if (value instanceof Boolean flag) {
			generator.writeBoolean(flag);
		}
		else {
			generator.writeString(value.toString());
		}
	}

}
