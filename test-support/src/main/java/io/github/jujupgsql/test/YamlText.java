package io.github.jujupgsql.test;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Writes maps, lists, strings, numbers and booleans as YAML.
 */
final class YamlText {

	private YamlText() {
	}

	static String of(Object value) {
		DumperOptions options = new DumperOptions();
		options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
		options.setSplitLines(false);
		options.setDereferenceAliases(true);
		return new Yaml(options).dump(value);
	}

}
