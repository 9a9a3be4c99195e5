package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an editor shows of each property.
 */
class ConfigurationMetadataTests {

	/** What cannot have a default: there is nothing that would be right for everybody. */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("juju.pgsql.relation-file", "juju.pgsql.endpoint",
			"juju.pgsql.database", "juju.pgsql.extensions", "juju.pgsql.roles", "juju.pgsql.ssl-mode",
			"juju.pgsql.ssl-bundle", "juju.pgsql.primary.maximum-pool-size", "juju.pgsql.primary.maximum-waiting",
			"juju.pgsql.primary.missing-timeout", "juju.pgsql.primary.minimum-idle",
			"juju.pgsql.replica.maximum-pool-size", "juju.pgsql.replica.maximum-lag");

	@ParameterizedTest
	@MethodSource("properties")
	void eachPropertyHasATypeADefaultAndASentence(JsonNode property) {
		assertThat(property.path("type").asString("")).isNotEmpty();
		assertThat(property.path("description").asString("")).endsWith(".")
			.doesNotContain("{@", "<p>")
			.matches("[A-Z].*");
		assertThat(property.has("defaultValue")).isNotEqualTo(WITHOUT_DEFAULT.contains(name(property)));
	}

	@ParameterizedTest
	@MethodSource("properties")
	void eachPropertyIsInTheReference(JsonNode property) throws IOException {
		String name = name(property);
		int group = name.lastIndexOf('.');
		// several of a group may share a row
		assertThat(Files.readString(Path.of("..", "docs", "reference.md")).lines())
			.anyMatch((line) -> line.contains("`" + name + "`") || (line.contains("`" + name.substring(0, group + 1))
					&& line.contains("`" + name.substring(group) + "`")));
	}

	static List<JsonNode> properties() throws IOException {
		List<JsonNode> properties = new ArrayList<>();
		for (URL url : urls()) {
			try (InputStream metadata = url.openStream()) {
				for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
					if (name(property).startsWith("juju.pgsql.")) {
						properties.add(property);
					}
				}
			}
		}
		assertThat(properties).hasSizeGreaterThan(20);
		return properties;
	}

	/**
	 * Those of libraries may come first on the class path.
	 */
	private static List<URL> urls() {
		return PgsqlProperties.class.getClassLoader().resources("META-INF/spring-configuration-metadata.json").toList();
	}

	private static String name(JsonNode property) {
		return property.path("name").asString("");
	}

}
