package io.github.jujupgsql.cos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.jujupgsql.cos.AlertRules.Rule;
import io.github.jujupgsql.cos.Scrape.Series;
import org.yaml.snakeyaml.Yaml;

/**
 * What Prometheus would have scraped had the moments of a {@link Story} lasted longer,
 * and what its alerts were to say then. {@code promtool test rules} lets the time pass.
 */
final class History {

	private static final String UNIT = "notes/0";

	private static final String OTHER_UNIT = "notes/1";

	private static final Map<String, String> APPLICATION = Map.of("juju_model", "production", "juju_model_uuid",
			"6f1c1f0e", "juju_application", "notes", "job", "notes");

	private static final String FIRING = "group by (alertname, juju_unit) (ALERTS{alertstate=\"firing\"})";

	/** The rest is of the JVM and its web server, and promtool would take its time. */
	private static final Pattern USED = Pattern
		.compile("juju_pgsql_|hikaricp_|jdbc_|http_server_requests_seconds_count");

	private final Duration interval;

	private final List<Scrape> scrapes = new ArrayList<>();

	private final List<Map<String, Object>> expectations = new ArrayList<>();

	private final List<Map<String, Object>> expectedAlerts = new ArrayList<>();

	private Scrape other = new Scrape(Map.of());

	History(Duration interval) {
		this.interval = interval;
	}

	/** Have a second unit, for which nothing ever changes. */
	History beside(Scrape unchanged) {
		this.other = unchanged;
		return this;
	}

	History stays(Scrape moment, Duration duration) {
		return becomes(moment, moment, duration);
	}

	History becomes(Scrape from, Scrape to, Duration duration) {
		long count = duration.dividedBy(this.interval);
		for (int i = 1; i <= count; i++) {
			this.scrapes.add(from.towards(to, (double) i / count));
		}
		return this;
	}

	/**
	 * Expect these alerts, and no others, to fire at the end of what there is so far.
	 * @param alerts each with its unit, if it has one
	 */
	History firing(String... alerts) {
		return query(FIRING, Stream.of(alerts).map((alert) -> {
			String[] words = alert.split(" ");
			return sample((words.length > 1) ? "{alertname=\"%s\",juju_unit=\"%s\"}".formatted(words[0], words[1])
					: "{alertname=\"%s\"}".formatted(words[0]));
		}).toList());
	}

	/** Expect a query to find something somewhere in what there is so far. */
	History showing(String expression) {
		String everything = Duration.ofSeconds(this.interval.toSeconds() * this.scrapes.size()).toSeconds() + "s";
		return query("count(count_over_time((%s)[%s:%ds])) > bool 0".formatted(expression, everything,
				this.interval.toSeconds()), List.of(sample("{}")));
	}

	/**
	 * Expect a query to find these series, whose values are 1, at the end of what there
	 * is so far.
	 */
	History showing(String expression, String... series) {
		return query(expression, Stream.of(series).map(History::sample).toList());
	}

	/**
	 * Expect an alert to say what its rule has it say at the end of what there is so far.
	 */
	History saying(Rule rule) {
		Map<String, String> labels = new TreeMap<>(APPLICATION);
		labels.remove("job");
		labels.put("juju_unit", UNIT);
		Map<String, String> annotations = new TreeMap<>(rule.annotations());
		annotations.replaceAll((name, text) -> replaced(text, labels));
		labels.putAll(rule.labels());
		this.expectedAlerts.add(Map.of("alertname", rule.alert(), "eval_time", now(), "exp_alerts",
				List.of(Map.of("exp_labels", labels, "exp_annotations", annotations))));
		return this;
	}

	private static String replaced(String text, Map<String, String> labels) {
		String replaced = text;
		for (Map.Entry<String, String> label : labels.entrySet()) {
			replaced = replaced.replace("{{ $labels.%s }}".formatted(label.getKey()), label.getValue());
		}
		return replaced;
	}

	private History query(String expression, List<Map<String, Object>> samples) {
		this.expectations.add(Map.of("expr", expression, "eval_time", now(), "exp_samples", samples));
		return this;
	}

	private String now() {
		return (this.scrapes.size() - 1) * this.interval.toSeconds() + "s";
	}

	private static Map<String, Object> sample(String labels) {
		return Map.of("labels", labels, "value", 1);
	}

	/** Let promtool compare. */
	void isTrue(Path folder) throws IOException, InterruptedException {
		Path file = folder.resolve("history.yml");
		String step = this.interval.toSeconds() + "s";
		List<Map<String, Object>> series = new ArrayList<>(series(UNIT, this.scrapes));
		series.addAll(series(OTHER_UNIT, this.scrapes.stream().map((scrape) -> this.other).toList()));
		Files.writeString(file,
				new Yaml().dump(Map.of("rule_files", List.of(AlertRules.FILE.toString()), "evaluation_interval", step,
						"tests", List.of(Map.of("interval", step, "input_series", series, "promql_expr_test",
								this.expectations, "alert_rule_test", this.expectedAlerts)))));
		Promtool.succeeds("test", "rules", file.toString());
	}

	private static List<Map<String, Object>> series(String unit, List<Scrape> scrapes) {
		Set<Series> all = new LinkedHashSet<>();
		scrapes.stream().distinct().forEach((scrape) -> all.addAll(scrape.samples().keySet()));
		all.removeIf((series) -> !USED.matcher(series.metric()).lookingAt());
		List<Map<String, Object>> series = new ArrayList<>();
		for (Series one : all) {
			series.add(Map.of("series", one.with(APPLICATION).with(Map.of("juju_unit", unit)).toString(), "values",
					values(one, scrapes)));
		}
		return series;
	}

	/** A series that is not scraped any more is marked as stale, as Prometheus does. */
	private static String values(Series series, List<Scrape> scrapes) {
		StringBuilder values = new StringBuilder();
		boolean there = false;
		for (Scrape scrape : scrapes) {
			Double value = scrape.samples().get(series);
			values.append((value != null) ? value.toString() : there ? "stale" : "_").append(' ');
			there = value != null;
		}
		return values.toString().strip();
	}

}
