package io.github.jujupgsql.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.relation.InvalidConnectionStringException;
import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Inputs as large as they may be, of the kinds that make parsers slow: no step may cost
 * more than in proportion to the size. The limit is there for what would take minutes.
 * {@code -Dlarge.inputs=all} tries each of them in each place.
 */
class LargeInputTests {

	private static final Duration HANG = Duration.ofSeconds(10);

	private static final int SIZE = RelationReader.MAXIMUM_SIZE;

	private static final boolean ALL = "all".equals(System.getProperty("large.inputs"));

	/** The slowest first. */
	private static final List<String> PIECES = List.of("?", " ", ",", "&", ",a", "0", "[", "'", "\n", "-\n", "#",
			",host=", "%", "\\", ",host=  '", "*a ", "{", "]", "\"", "\\'", "' ", "%41", "%2", "=", "=&", "a=&", "a=b ",
			"a=b&", ",,a", ",host", ",host=a", ",host='", "='", "=' ", " '", "host=a ", "host=a,b,", "postgres://,",
			",postgres://", ",postgresql://u@h", ":", "@", "/", "\t", "\n\n ", "a", "é", "\ud83d\udd11", "# \n", "- ",
			"? ", "? a\n", "!", "!a ", "&a ", "&a [", "|\n", ">\n ", "a: ", "a: b\n", "{a: ", "[a, ", "[a: ", "<<: ",
			"%YAML 1.1\n", "---\n", "...\n", "\"\\u0061\" ", "1e9", "null,", "{},", "[],", "\"\",", "host=h user=u\n");

	private static final List<String> TEXTS = places("", "host=", "host='", "host=h user=u password='", "postgresql://",
			"postgresql://u:p@h/d?", "postgresql://u:p@", "postgresql://h,");

	private static final List<String> FILES = places("", "{", "{\"master\": [", "{\"master\": \"", "master: ",
			"master: '", "master: \"", "master: |\n  ", "master: [", "standbys:\n- ", "standbys: [");

	private final RelationReader reader = new RelationReader(WantedDatabase.ANY);

	@ParameterizedTest
	@MethodSource("pieces")
	void connectionStringIsReadOrRefused(String piece) {
		for (String start : TEXTS) {
			assertTimeoutPreemptively(HANG, () -> parse(fill(start, piece, SIZE)));
		}
	}

	@ParameterizedTest
	@MethodSource("pieces")
	void fileIsReadOrRefused(String piece) {
		for (String start : FILES) {
			assertTimeoutPreemptively(HANG, () -> read(fill(start, piece, SIZE)));
		}
	}

	@ParameterizedTest
	@MethodSource("pieces")
	void connectionStringsInAFileAreReadOrRefused(String piece) {
		for (String start : TEXTS) {
			String quoted = JsonMapper.shared().writeValueAsString(fill(start, piece, SIZE / 6));
			assertTimeoutPreemptively(HANG, () -> read("{\"master\": " + quoted + "}"));
			assertTimeoutPreemptively(HANG, () -> read("{\"standbys\": " + quoted + "}"));
			assertTimeoutPreemptively(HANG, () -> read("{\"extensions\": " + quoted + "}"));
			String item = JsonMapper.shared().writeValueAsString(start + piece) + ",";
			assertTimeoutPreemptively(HANG, () -> read(fill("{\"standbys\": [", item, SIZE - 16) + "\"\"]}"));
		}
	}

	@ParameterizedTest
	@MethodSource("pieces")
	void whatCharmsPublishInPiecesIsReadOrRefused(String piece) {
		String rest = "\"username\": \"u\", \"database\": \"d*\"}";
		for (String start : places("postgresql://u@h/d,postgresql://u@", "", "h:1,")) {
			String quoted = JsonMapper.shared().writeValueAsString(fill(start, piece, SIZE / 8));
			assertTimeoutPreemptively(HANG, () -> read("{\"endpoints\": " + quoted + ", \"read-only-endpoints\": "
					+ quoted + ", \"uris\": " + quoted + ", \"read-only-uris\": " + quoted + ", " + rest));
			assertTimeoutPreemptively(HANG,
					() -> read("{\"requests\": " + quoted + ", \"prefix-databases\": " + quoted + ", " + rest));
		}
	}

	@ParameterizedTest
	@MethodSource("keys")
	void manyKeysAreReadOrRefused(String format) {
		StringBuilder json = new StringBuilder("{");
		StringBuilder yaml = new StringBuilder();
		for (int i = 0; json.length() < SIZE - 200 && yaml.length() < SIZE - 200; i++) {
			String key = format.formatted(i);
			json.append('"').append(key).append("\":1,");
			yaml.append(key).append(": 1\n");
		}
		assertTimeoutPreemptively(HANG, () -> read(json + "\"master\": null}"));
		assertTimeoutPreemptively(HANG, () -> read(yaml + "master: null\n"));
	}

	@Test
	void keysWithTheSameHashAreReadOrRefused() {
		StringBuilder json = new StringBuilder("{");
		for (int i = 0; i < 1 << 15; i++) {
			int number = i;
			json.append('"');
			IntStream.range(0, 15).forEach((bit) -> json.append(((number >> bit & 1) == 0) ? "Aa" : "BB"));
			json.append("\":1,");
		}
		assertThat(json).hasSizeLessThan(2 * SIZE);
		json.setLength(SIZE / 35 * 35);
		assertTimeoutPreemptively(HANG, () -> read(json.substring(0, json.lastIndexOf(",")) + "}"));
	}

	static List<String> pieces() {
		return PIECES.subList(0, ALL ? PIECES.size() : 4);
	}

	static List<String> keys() {
		List<String> formats = new ArrayList<>(List.of("%d", "k%06d", "\\u0061%d"));
		formats.add("k".repeat(1000) + "%d");
		return formats;
	}

	private static List<String> places(String... starts) {
		return List.of(starts).subList(0, ALL ? starts.length : 1);
	}

	private void read(String text) {
		byte[] content = text.getBytes(StandardCharsets.UTF_8);
		try {
			this.reader.read((content.length <= SIZE) ? content : Arrays.copyOf(content, SIZE - 4));
		}
		catch (InvalidRelationException ex) {
			assertThat(ex.getMessage()).hasSizeLessThan(1000);
		}
	}

	private static void parse(String text) {
		try {
			ConnectionString string = ConnectionString.parse(text);
			assertThat(ConnectionString.parse(string.toKeyValue())).isEqualTo(string);
			assertThat(ConnectionString.parse(string.toUri())).isEqualTo(string);
			assertThat(string.address()).isNotNull();
			assertThat(string.toString()).isNotNull();
			DriverProperties.of(string, "app");
		}
		catch (InvalidConnectionStringException ex) {
			assertThat(ex.getMessage()).hasSizeLessThan(1000);
		}
	}

	private static String fill(String start, String piece, int size) {
		return start + piece.repeat((size - start.length()) / piece.length());
	}

}
