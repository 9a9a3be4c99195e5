package io.github.jujupgsql.cos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The alert rules, as Prometheus has them in its files.
 */
final class AlertRules {

	static final Path FILE = Path.of("charm/cos_custom/prometheus_alert_rules/juju-pgsql.rules").toAbsolutePath();

	private AlertRules() {
	}

	@SuppressWarnings("unchecked")
	static List<Rule> read() throws IOException {
		try (InputStream content = Files.newInputStream(FILE)) {
			Map<String, List<Map<String, Object>>> file = new Yaml(new SafeConstructor(new LoaderOptions()))
				.load(content);
			return file.get("groups")
				.stream()
				.flatMap((group) -> ((List<Map<String, Object>>) group.get("rules")).stream())
				.map(AlertRules::rule)
				.toList();
		}
	}

	@SuppressWarnings("unchecked")
	private static Rule rule(Map<String, Object> rule) {
		return new Rule((String) rule.get("alert"), (String) rule.get("expr"), (String) rule.get("for"),
				(Map<String, String>) rule.get("labels"), (Map<String, String>) rule.get("annotations"));
	}

	/**
	 * One rule, by the names of its keys.
	 */
	record Rule(String alert, String expr, String duration, Map<String, String> labels,
			Map<String, String> annotations) {

		@Override
		public String toString() {
			return this.alert;
		}

	}

}
