package io.github.jujupgsql.relation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a real libpq made of a connection string.
 */
record ConninfoVector(String input, boolean ok, Map<String, String> options) {

	static List<ConninfoVector> agreed() {
		return elements("conninfo-vectors.json").stream().map((node) -> of(node.get("input"), node)).toList();
	}

	/**
	 * Where 15 and 18 differ: what 18 says.
	 */
	static List<ConninfoVector> newer() {
		return elements("conninfo-version-differences.json").stream()
			.map((node) -> of(node.get("input"), node.get("newer")))
			.toList();
	}

	private static ConninfoVector of(JsonNode input, JsonNode result) {
		Map<String, String> options = new LinkedHashMap<>();
		result.get("options").properties().forEach((entry) -> options.put(entry.getKey(), entry.getValue().asString()));
		return new ConninfoVector(input.asString(), result.get("ok").asBoolean(), options);
	}

	private static List<JsonNode> elements(String file) {
		try (InputStream json = ConninfoVector.class.getResourceAsStream("/libpq/" + file)) {
			JsonNode array = JsonMapper.shared().readTree(Objects.requireNonNull(json, file));
			return StreamSupport.stream(array.spliterator(), false).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
