package io.github.jujupgsql.relation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Relation files in tests.
 */
final class RelationTexts {

	private RelationTexts() {
	}

	static RelationReadResult read(String content) {
		return read(WantedDatabase.ANY, content);
	}

	static RelationReadResult read(WantedDatabase wanted, String content) {
		return read(wanted, null, content);
	}

	static RelationReadResult read(WantedDatabase wanted, @Nullable String endpoint, String content) {
		return new RelationReader(wanted, endpoint).read(content.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Return an example file.
	 * @param name its name, with the folder it lies in
	 */
	static String file(String name) {
		try (InputStream file = RelationTexts.class.getResourceAsStream("/relation-files/" + name)) {
			return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Write JSON or YAML as JSON.
	 */
	static String json(String content) {
		return JsonMapper.shared().writeValueAsString(new Yaml().<Object>load(content));
	}

	/**
	 * Write JSON or YAML as YAML.
	 */
	static String yaml(String content) {
		DumperOptions options = new DumperOptions();
		options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
		return new Yaml(options).dump(new Yaml().<Object>load(content));
	}

	static List<ConnectionString> strings(String... texts) {
		return List.of(texts).stream().map(ConnectionString::parse).toList();
	}

	static void assertServers(RelationReadResult reading, @Nullable String master, String... standbys) {
		assertThat(reading.relation().master()).isEqualTo((master != null) ? ConnectionString.parse(master) : null);
		assertThat(reading.relation().standbys()).isEqualTo(strings(standbys));
	}

}
