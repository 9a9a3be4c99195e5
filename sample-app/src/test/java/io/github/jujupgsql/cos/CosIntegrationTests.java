package io.github.jujupgsql.cos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.jujupgsql.cos.AlertRules.Rule;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard and the alert rules against what the sample itself tells Prometheus while
 * its servers fail.
 */
@PgsqlClusterTest(standbys = 2)
class CosIntegrationTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/** Longer than any rule looks back but for the one that counts switches. */
	private static final Duration LONG = Duration.ofMinutes(20);

	private static final Set<String> TOPOLOGY = Set.of("juju_model", "juju_model_uuid", "juju_application",
			"juju_unit");

	/** What Prometheus itself makes, with labels that some alerts have. */
	private static final Map<String, Set<String>> PROMETHEUS = Map.of("ALERTS",
			Set.of("alertname", "alertstate", "pool", "server"));

	@SuppressWarnings("NullAway.Init")
	private static Story story;

	@BeforeAll
	static void tell(PgsqlCluster cluster, RelationFile file) throws Exception {
		story = Story.happen(cluster, file);
	}

	@Test
	void everyMetricAndLabelInARuleIsTold() throws IOException {
		AlertRules.read().forEach((rule) -> assertThatNamesExist(rule.alert(), rule.expr(), Set.of()));
	}

	@Test
	void everyMetricAndLabelOnTheDashboardIsTold() {
		Dashboard dashboard = new Dashboard();
		assertThat(dashboard.choices()).hasSize(TOPOLOGY.size());
		Stream.of(dashboard.queries(), dashboard.choices())
			.flatMap(List::stream)
			.forEach((query) -> assertThatNamesExist(query.title(), query.expression(), query.shown()));
	}

	private static void assertThatNamesExist(String where, String expression, Set<String> shown) {
		Map<String, Set<String>> told = told();
		PromqlNames names = PromqlNames.of(expression);
		assertThat(names.metrics()).as(where).isNotEmpty();
		Set<String> labels = new TreeSet<>();
		names.metrics().forEach((metric, matched) -> {
			assertThat(told).as(where).containsKey(metric);
			Set<String> known = new HashSet<>(told.getOrDefault(metric, Set.of()));
			known.addAll(TOPOLOGY);
			assertThat(known).as("%s: labels of %s", where, metric).containsAll(matched);
			labels.addAll(known);
		});
		assertThat(labels).as(where).containsAll(names.grouping());
		assertThat(names.grouping().isEmpty() ? labels : names.grouping()).as(where).containsAll(shown);
	}

	private static Map<String, Set<String>> told() {
		Map<String, Set<String>> told = new TreeMap<>(PROMETHEUS);
		story.scrapes()
			.forEach((scrape) -> scrape.labels().forEach((metric, labels) -> told.merge(metric, labels, (one, two) -> {
				Set<String> both = new TreeSet<>(one);
				both.addAll(two);
				return both;
			})));
		return told;
	}

	/**
	 * Prometheus' own verdict on the rules and the dashboard's queries, as time goes by.
	 */
	@Nested
	@EnabledIf(value = "io.github.jujupgsql.cos.Promtool#isExpected",
			disabledReason = "promtool is not installed, see Debian's prometheus")
	class ForPrometheus {

		@TempDir
		@SuppressWarnings("NullAway.Init")
		private Path folder;

		@Test
		void rulesAreValid() throws Exception {
			Promtool.succeeds("check", "rules", AlertRules.FILE.toString());
		}

		@ParameterizedTest
		@ValueSource(strings = { "PT15S", "PT1M" })
		void beforeAFailoverNothingIsFiring(Duration interval) throws Exception {
			new History(interval).stays(story.quiet(), LONG).firing().isTrue(this.folder);
		}

		@Test
		void failoverWithinHalfAMinutePagesNobodyAndTellsOfWorkThatFailed() throws Exception {
			new History(Duration.ofSeconds(15)).stays(story.quiet(), Duration.ofMinutes(10))
				.stays(story.missing(), Duration.ofSeconds(15))
				.firing()
				.becomes(story.missing(), story.gaveUp(), Duration.ofSeconds(15))
				.stays(story.ahead(), Duration.ofMinutes(2))
				.firing("PgsqlBorrowersGaveUp notes/0", "PgsqlBorrowersRefused notes/0")
				.stays(story.followed(), Duration.ofMinutes(10))
				.firing()
				.stays(story.whole(), LONG)
				.firing()
				.isTrue(this.folder);
		}

		@ParameterizedTest
		@ValueSource(strings = { "PT15S", "PT1M" })
		void whenNoStandbyIsPromotedThenThePrimaryIsMissingUntilOneIs(Duration interval) throws Exception {
			new History(interval).stays(story.quiet(), Duration.ofMinutes(10))
				.stays(story.missing(), Duration.ofMinutes(1))
				.firing()
				.becomes(story.missing(), story.gaveUp(), Duration.ofMinutes(5))
				.firing("PgsqlPrimaryMissing notes/0", "PgsqlBorrowersGaveUp notes/0", "PgsqlBorrowersRefused notes/0")
				.saying(rule("PgsqlPrimaryMissing"))
				.stays(story.ahead(), Duration.ofMinutes(10))
				.firing()
				.stays(story.ahead(), Duration.ofMinutes(10))
				.firing("PgsqlPrimaryAheadOfRelation notes/0")
				.stays(story.followed(), Duration.ofMinutes(1))
				.firing()
				.stays(story.whole(), LONG)
				.firing()
				.isTrue(this.folder);
		}

		@Test
		void standbysThatAreGoneAreToldOneByOne() throws Exception {
			new History(MINUTE).stays(story.oneOut(), Duration.ofMinutes(10))
				.firing()
				.stays(story.oneOut(), Duration.ofMinutes(10))
				.firing("PgsqlStandbyLeftOut notes/0")
				.stays(story.allOut(), Duration.ofMinutes(15))
				.firing("PgsqlReadsOnPrimary notes/0")
				.stays(story.allOut().with("juju_pgsql_fallback_to_primary", 0), Duration.ofMinutes(5))
				.firing("PgsqlReadsWithoutServer notes/0")
				.isTrue(this.folder);
		}

		@Test
		void relationFileThatIsRefusedOrFlapsIsTold() throws Exception {
			new History(MINUTE).stays(story.whole(), LONG)
				.stays(story.refused(), Duration.ofMinutes(10))
				.firing("PgsqlRelationFileRefused notes/0")
				.becomes(story.refused(), story.flapped(), Duration.ofMinutes(10))
				.stays(story.flapped(), Duration.ofMinutes(3))
				.firing("PgsqlRelationFileFlaps notes/0")
				.stays(story.flapped(), LONG)
				.firing()
				.isTrue(this.folder);
		}

		@Test
		void passwordThatTheServerRefusesIsTold() throws Exception {
			new History(MINUTE).stays(story.exhausted().with("hikaricp_connections_pending", 0), LONG)
				.becomes(story.wrongPassword(), story.stillWrong(), Duration.ofMinutes(10))
				.firing("PgsqlMasterRefuses notes/0")
				.stays(story.stillWrong(), LONG)
				.firing()
				.isTrue(this.folder);
		}

		@Test
		void poolWithoutAFreeConnectionIsTold() throws Exception {
			new History(MINUTE).stays(story.flapped(), LONG)
				.becomes(story.flapped(), story.exhausted(), Duration.ofMinutes(10))
				.firing("PgsqlPoolExhausted notes/0", "PgsqlBorrowTimeouts notes/0")
				.stays(story.exhausted().with("hikaricp_connections_active", 1), Duration.ofMinutes(10))
				.firing("PgsqlConnectionsNotOpened notes/0")
				.isTrue(this.folder);
		}

		@Test
		void lagAndTooManySwitchesAreTold() throws Exception {
			Scrape moved = story.whole().with("juju_pgsql_switch_seconds_count", 5);
			new History(MINUTE).stays(story.whole().with("juju_pgsql_replica_lag_seconds", 60), Duration.ofMinutes(10))
				.firing("PgsqlReplicaLag notes/0")
				.becomes(story.whole(), moved, Duration.ofMinutes(30))
				.firing("PgsqlPrimaryMovesOften notes/0")
				.isTrue(this.folder);
		}

		@Test
		void unitsThatDisagreeAreToldOnceForAll() throws Exception {
			new History(MINUTE).beside(story.whole())
				.stays(story.whole(), LONG)
				.firing()
				.stays(story.followed(), Duration.ofMinutes(20))
				.firing("PgsqlUnitsDisagree")
				.isTrue(this.folder);
		}

		@Test
		void everyQueryOfTheDashboardShowsSomething() throws Exception {
			History history = new History(MINUTE);
			story.scrapes().forEach((moment) -> history.stays(moment, Duration.ofMinutes(6)));
			new Dashboard().queries().forEach((query) -> history.showing(query.sent()));
			history.isTrue(this.folder);
		}

		@Test
		void dashboardTellsWhichServerIsThePrimary() throws Exception {
			String query = "group by (server) (label_replace(%s, 'server', '$1', 'pool', 'pgsql-(.*)-notes.*'))"
				.formatted(new Dashboard().query("Server that is the primary").sent());
			new History(MINUTE).stays(story.quiet(), LONG)
				.showing(query, server(story.master()))
				.stays(story.followed(), LONG)
				.showing(query, server(story.promoted()))
				.isTrue(this.folder);
		}

		private static String server(String address) {
			return "{server=\"%s\"}".formatted(address.replace(':', '-'));
		}

		private static Rule rule(String alert) throws IOException {
			return AlertRules.read().stream().filter((rule) -> rule.alert().equals(alert)).findFirst().orElseThrow();
		}

	}

}
