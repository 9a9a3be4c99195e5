package io.github.jujupgsql.cos;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What {@code /actuator/prometheus} said at one moment, in Prometheus' text format.
 *
 * @param samples the value of each series
 */
record Scrape(Map<Series, Double> samples) {

	private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

	static Scrape parse(String text) {
		Map<Series, Double> samples = new LinkedHashMap<>();
		text.lines().filter((line) -> !line.isBlank() && !line.startsWith("#")).forEach((line) -> {
			Matcher sample = SAMPLE.matcher(line);
			if (!sample.matches()) {
				throw new IllegalArgumentException("Not a sample: " + line);
			}
			Map<String, String> labels = new TreeMap<>();
			Matcher label = LABEL.matcher((sample.group(2) != null) ? sample.group(2) : "");
			while (label.find()) {
				labels.put(label.group(1), label.group(2));
			}
			samples.put(new Series(sample.group(1), labels), Double.valueOf(sample.group(3)));
		});
		return new Scrape(samples);
	}

	/** The sum of all series of this name. */
	double value(String metric) {
		return this.samples.entrySet()
			.stream()
			.filter((sample) -> sample.getKey().metric().equals(metric))
			.mapToDouble(Map.Entry::getValue)
			.sum();
	}

	/** The same moment, had all series of a metric another value. */
	Scrape with(String metric, double value) {
		Map<Series, Double> changed = new LinkedHashMap<>(this.samples);
		changed.replaceAll((series, actual) -> series.metric().equals(metric) ? value : actual);
		return new Scrape(changed);
	}

	/**
	 * What would have been seen on the way from this moment to a later one: counters
	 * count up evenly, all else is as later.
	 */
	Scrape towards(Scrape later, double fraction) {
		Map<Series, Double> between = new LinkedHashMap<>(later.samples);
		between.replaceAll((series, value) -> {
			Double before = series.isCounter() ? this.samples.get(series) : null;
			return (before != null) ? before + (value - before) * fraction : value;
		});
		return new Scrape(between);
	}

	/** The names of all labels of each metric. */
	Map<String, Set<String>> labels() {
		return this.samples.keySet()
			.stream()
			.collect(Collectors.groupingBy(Series::metric, Collectors
				.flatMapping((series) -> series.labels().keySet().stream(), Collectors.toCollection(TreeSet::new))));
	}

	/**
	 * A metric and its labels.
	 */
	record Series(String metric, Map<String, String> labels) {

		Series with(Map<String, String> more) {
			Map<String, String> all = new TreeMap<>(this.labels);
			all.putAll(more);
			return new Series(this.metric, all);
		}

		boolean isCounter() {
			return this.metric.endsWith("_total") || this.metric.endsWith("_sum")
					|| this.metric.endsWith("_count") && !this.metric.endsWith("_active_seconds_count");
		}

		@Override
		public String toString() {
			return this.metric + this.labels.entrySet()
				.stream()
				.map((label) -> label.getKey() + "=\"" + label.getValue() + '"')
				.collect(Collectors.joining(",", "{", "}"));
		}

	}

}
