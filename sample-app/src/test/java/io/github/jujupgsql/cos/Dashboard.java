package io.github.jujupgsql.cos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The dashboard, as Grafana exports and imports it.
 */
final class Dashboard {

	static final Path FILE = Path.of("charm/cos_custom/grafana_dashboards/juju-pgsql.json");

	private static final Pattern CHOICE = Pattern.compile("label_values\\((?<selector>.*), (?<label>\\w+)\\)");

	private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

	private final JsonNode json = JsonMapper.shared().readTree(FILE.toFile());

	JsonNode json() {
		return this.json;
	}

	List<JsonNode> panels() {
		return this.json.get("panels")
			.valueStream()
			.filter((panel) -> !panel.get("type").asString().equals("row"))
			.toList();
	}

	List<JsonNode> variables() {
		return this.json.at("/templating/list").valueStream().toList();
	}

	/** All PromQL: of panels and of annotations. */
	List<Query> queries() {
		List<Query> queries = new ArrayList<>();
		for (JsonNode panel : panels()) {
			if (isForPrometheus(panel)) {
				panel.get("targets")
					.forEach((target) -> queries
						.add(new Query(text(panel, "title"), text(target, "expr"), text(target, "legendFormat"))));
			}
		}
		for (JsonNode annotation : this.json.at("/annotations/list")) {
			if (isForPrometheus(annotation)) {
				queries.add(new Query(text(annotation, "name"), text(annotation, "expr"),
						text(annotation, "titleFormat") + text(annotation, "textFormat")));
			}
		}
		return queries;
	}

	/** What the variables choose from, {@code label_values(SELECTOR, LABEL)}. */
	List<Query> choices() {
		return variables().stream()
			.filter((variable) -> text(variable, "type").equals("query"))
			.map((variable) -> CHOICE.matcher(variable.at("/query/query").asString()))
			.filter(Matcher::matches)
			.map((choice) -> new Query(choice.group("label"), choice.group("selector"),
					"{{%s}}".formatted(choice.group("label"))))
			.toList();
	}

	private static boolean isForPrometheus(JsonNode node) {
		return node.at("/datasource/uid").asString().equals("${prometheusds}");
	}

	private static String text(JsonNode node, String name) {
		return node.get(name).asString();
	}

	Query query(String title) {
		return queries().stream().filter((query) -> query.title().equals(title)).findFirst().orElseThrow();
	}

	/**
	 * An expression with Grafana's variables in it, and what is said of each series.
	 */
	record Query(String title, String expression, String legend) {

		/** The labels that the legend names. */
		Set<String> shown() {
			return LABEL.matcher(this.legend).results().map((label) -> label.group(1)).collect(Collectors.toSet());
		}

		/** As Grafana would send it with "All" chosen everywhere. */
		String sent() {
			return this.expression.replace("$__rate_interval", "4m")
				.replace("$__interval", "1m")
				.replaceAll("\\$\\w+", ".*");
		}

		@Override
		public String toString() {
			return this.title + ": " + this.expression;
		}

	}

}
