package io.github.jujupgsql.cos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The dashboard, as Grafana exports and imports it.
 */
final class Dashboard {

	static final Path FILE = Path.of("charm/cos_custom/grafana_dashboards/juju-pgsql.json");

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
		Stream.concat(panels().stream(), this.json.at("/annotations/list").valueStream())
			.filter((node) -> node.at("/datasource/uid").asString().equals("${prometheusds}"))
			.forEach((node) -> {
				String title = node.path("title").asString(node.path("name").asString(""));
				Stream.concat(Stream.of(node), node.path("targets").valueStream())
					.filter((target) -> target.has("expr"))
					.forEach((target) -> queries.add(new Query(title, target.get("expr").asString())));
			});
		return queries;
	}

	Query query(String title) {
		return queries().stream().filter((query) -> query.title().equals(title)).findFirst().orElseThrow();
	}

	/**
	 * An expression with Grafana's variables in it.
	 */
	record Query(String title, String expression) {

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
