package io.github.jujupgsql.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where fuzzing begins: what libpq was asked, and the example files.
 */
final class Seeds {

	private Seeds() {
	}

	static Stream<String> connectionStrings() {
		return Stream.of("conninfo-vectors.json", "conninfo-version-differences.json")
			.flatMap(Seeds::elements)
			.map((vector) -> vector.get("input").asString());
	}

	static List<byte[]> relationFiles() {
		try (Stream<Path> files = Files
			.walk(Path.of(Objects.requireNonNull(Seeds.class.getResource("/relation-files")).toURI()))) {
			return files.filter(Files::isRegularFile).sorted().map(Seeds::bytes).toList();
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] bytes(Path file) {
		try {
			return Files.readAllBytes(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<JsonNode> elements(String file) {
		try (InputStream json = Objects.requireNonNull(Seeds.class.getResourceAsStream("/libpq/" + file), file)) {
			return StreamSupport.stream(JsonMapper.shared().readTree(json).spliterator(), false);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
