package io.github.jujupgsql.cos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.jujupgsql.cos.AlertRules.Rule;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What paas-charm, the charm libraries and Grafana expect of the files, without any of
 * them.
 */
class CosLayoutTests {

	private static final Pattern LABEL = Pattern.compile("\\$labels\\.(\\w+)");

	private final Dashboard dashboard = new Dashboard();

	@Test
	void onlyTheFoldersThatPaasCharmMergesAreThere() throws IOException {
		try (Stream<Path> content = Files.list(Path.of("charm/cos_custom"))) {
			assertThat(content).allMatch(Files::isDirectory)
				.extracting((folder) -> folder.getFileName().toString())
				.isSubsetOf("grafana_dashboards", "loki_alert_rules", "prometheus_alert_rules");
		}
	}

	@Test
	void everyRuleSaysHowBadItIsWhatHappenedAndWhatToDo() throws IOException {
		List<Rule> rules = AlertRules.read();
		assertThat(rules).extracting(Rule::alert).doesNotHaveDuplicates().allMatch((name) -> name.startsWith("Pgsql"));
		assertThat(rules).allSatisfy((rule) -> {
			assertThat(rule.duration()).matches("[1-9][0-9]*m");
			assertThat(rule.labels().get("severity")).isIn("critical", "warning");
			assertThat(rule.annotations()).containsOnlyKeys("summary", "description");
			assertThat(rule.annotations().get("summary")).contains("{{ $labels.juju_model }}").hasSizeLessThan(120);
			assertThat(rule.annotations().get("description")).hasSizeGreaterThan(120);
		});
	}

	/** A label that aggregation has taken away would be told as nothing. */
	@Test
	void ruleNamesOnlyLabelsThatItsAlertsHave() throws IOException {
		for (Rule rule : AlertRules.read()) {
			PromqlNames names = PromqlNames.of(rule.expr());
			if (!names.grouping().isEmpty()) {
				assertThat(names.grouping()).as(rule.alert()).containsAll(labels(rule));
			}
		}
	}

	private static Set<String> labels(Rule rule) {
		return Set
			.copyOf(LABEL.matcher(rule.annotations().toString()).results().map((label) -> label.group(1)).toList());
	}

	@Test
	void dashboardHasTheVariablesThatTheCharmLibraryKnows() {
		assertThat(this.dashboard.variables()).extracting((variable) -> variable.get("name").asString())
			.containsExactly("prometheusds", "lokids", "juju_model", "juju_model_uuid", "juju_application",
					"juju_unit");
	}

	@Test
	void dashboardHasNoDataSourceOfItsOwn() {
		assertThat(this.dashboard.json().findValues("datasource")).extracting((source) -> source.get("uid").asString())
			.containsOnly("${prometheusds}", "${lokids}", "-- Grafana --");
	}

	@Test
	void everyQueryIsForTheChosenUnits() {
		assertThat(this.dashboard.queries()).isNotEmpty().allSatisfy((query) -> {
			long selected = PromqlNames.of(query.expression()).metrics().size();
			assertThat(query.expression().split("juju_application=~\"\\$juju_application\"", -1)).as(query.title())
				.hasSizeGreaterThan((int) selected);
		});
	}

	/**
	 * The charm library looks into no collapsed row, and takes any bracket for a range.
	 */
	@Test
	void charmLibraryFindsAndUnderstandsEveryQuery() {
		assertThat(this.dashboard.json().findValues("collapsed")).noneMatch(JsonNode::asBoolean);
		assertThat(this.dashboard.queries()).allSatisfy((query) -> assertThat(
				Pattern.compile("\\[([^]]*)]").matcher(query.expression()).results().map((range) -> range.group(1)))
			.allMatch((range) -> range.equals("$__rate_interval")));
	}

	@Test
	void everyPanelHasATitleADescriptionAUnitAndItsQueries() {
		assertThat(this.dashboard.panels()).isNotEmpty().allSatisfy((panel) -> {
			assertThat(panel.get("title").asString()).isNotBlank();
			assertThat(panel.get("description").asString()).as(panel.get("title").asString()).endsWith(".");
			assertThat(panel.get("targets")).isNotEmpty();
			assertThat(panel.at("/targets")).extracting((target) -> target.get("refId").asString())
				.doesNotHaveDuplicates();
			if (Set.of("stat", "timeseries").contains(panel.get("type").asString())) {
				assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotBlank();
			}
		});
		assertThat(this.dashboard.json().get("panels")).extracting((panel) -> panel.get("id").asInt())
			.doesNotHaveDuplicates();
	}

	@Test
	void panelsFillTheGridAndNoneLiesOverAnother() {
		List<String> taken = new ArrayList<>();
		int bottom = 0;
		for (JsonNode panel : this.dashboard.json().get("panels")) {
			JsonNode place = panel.get("gridPos");
			int right = place.get("x").asInt() + place.get("w").asInt();
			int below = place.get("y").asInt() + place.get("h").asInt();
			for (int x = place.get("x").asInt(); x < right; x++) {
				for (int y = place.get("y").asInt(); y < below; y++) {
					taken.add(x + "," + y);
				}
			}
			assertThat(right).isLessThanOrEqualTo(24);
			bottom = Math.max(bottom, below);
		}
		assertThat(taken).doesNotHaveDuplicates().hasSize(24 * bottom);
	}

	@Test
	void namesAreFoundInWhateverPromqlHas() {
		PromqlNames names = PromqlNames.of("""
				sum by (a, b) (rate(one_total{c="x{y}",d!~'z'}[$__rate_interval] offset 5m)) # not this
				  / on (e) group_left () max without (f) (two > bool 1e3) or 0 * three @ 5 unless inf""");
		assertThat(names.metrics()).containsOnlyKeys("one_total", "two", "three")
			.containsEntry("one_total", Set.of("c", "d"));
		assertThat(names.grouping()).containsExactly("a", "b", "e", "f");
		assertThatIllegalArgumentException().isThrownBy(() -> PromqlNames.of("one ? two"));
	}

}
