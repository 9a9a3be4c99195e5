package io.github.jujupgsql.relation;

import java.nio.charset.StandardCharsets;
import java.util.List;

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

	static RelationReading read(String content) {
		return read(WantedDatabase.ANY, content);
	}

	static RelationReading read(WantedDatabase wanted, String content) {
		return read(wanted, null, content);
	}

	static RelationReading read(WantedDatabase wanted, @Nullable String endpoint, String content) {
		return new RelationReader(wanted, endpoint).read(content.getBytes(StandardCharsets.UTF_8));
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

	static void assertServers(RelationReading reading, @Nullable String master, String... standbys) {
		assertThat(reading.relation().master()).isEqualTo((master != null) ? ConnectionString.parse(master) : null);
		assertThat(reading.relation().standbys()).isEqualTo(strings(standbys));
	}

}
