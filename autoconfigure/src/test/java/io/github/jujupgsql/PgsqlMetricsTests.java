package io.github.jujupgsql;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.actuate.PgsqlMetrics;
import io.github.jujupgsql.test.PgsqlServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.Sql.addresses;
import static io.github.jujupgsql.Sql.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgsqlMetrics}, and for what endpoint and health tell of replicas.
 */
class PgsqlMetricsTests extends AbstractClusterTests {

	@Test
	void gaugesTellWhoServes() throws Exception {
		try (FollowingApplication application = follow()) {
			application.awaitReplicas(cluster.standbys());
			assertThat(gauge(application, "juju.pgsql.primary.available")).isEqualTo(1);
			assertThat(gauge(application, "juju.pgsql.primary.ahead")).isZero();
			assertThat(gauge(application, "juju.pgsql.standbys")).isEqualTo(2);
			assertThat(gauge(application, "juju.pgsql.replicas")).isEqualTo(2);
			assertThat(gauge(application, "juju.pgsql.fallback.to.primary")).isZero();

			relation.write(cluster.master(), List.of());
			await().until(() -> gauge(application, "juju.pgsql.fallback.to.primary") == 1);
			assertThat(gauge(application, "juju.pgsql.standbys")).isZero();
			assertThat(gauge(application, "juju.pgsql.replicas")).isZero();

			relation.write(null, cluster.standbys());
			await().until(() -> gauge(application, "juju.pgsql.replicas") == 2);
			assertThat(gauge(application, "juju.pgsql.fallback.to.primary")).isZero();
			assertThat(gauge(application, "juju.pgsql.primary.available")).isZero();
		}
	}

	@Test
	void withoutFallbackReadsNeverGoToThePrimary() {
		relation.write(cluster.master(), List.of());
		try (FollowingApplication application = follow("juju.pgsql.replica.fallback-to-primary=false")) {
			assertThat(gauge(application, "juju.pgsql.fallback.to.primary")).isZero();
		}
	}

	@Test
	void attemptsToReachTheMasterThatFailAreCounted() throws Exception {
		PgsqlServer down = cluster.standbys().get(0);
		try (FollowingApplication application = follow()) {
			assertThat(counter(application, "juju.pgsql.primary.failures")).isZero();
			down.crash();
			try {
				relation.write(down, List.of());
				await().until(() -> counter(application, "juju.pgsql.primary.failures") > 1);
			}
			finally {
				down.start();
			}
		}
	}

	@Test
	void contentsOfTheFileThatAreRefusedAreCounted() throws Exception {
		try (FollowingApplication application = follow()) {
			assertThat(counter(application, "juju.pgsql.relation.invalid")).isZero();
			relation.write("{\"master\": \"host=");
			await().until(() -> gauge(application, "juju.pgsql.relation.problem") == 1);
			assertThat(counter(application, "juju.pgsql.relation.invalid")).isEqualTo(1);
			relation.write();
			await().until(() -> gauge(application, "juju.pgsql.relation.problem") == 0);
			assertThat(counter(application, "juju.pgsql.relation.invalid")).isEqualTo(1);
		}
	}

	@Test
	void lagIsToldOfTheStandbysThatTheRelationNamesWhetherOrNotTheyServe() throws Exception {
		PgsqlServer lagging = cluster.standbys().get(0);
		PgsqlServer other = cluster.standbys().get(1);
		try (FollowingApplication application = follow("juju.pgsql.replica.maximum-lag=1s")) {
			await().untilAsserted(() -> {
				assertThat(lag(application, lagging)).isBetween(0.0, 1.0);
				assertThat(lag(application, other)).isBetween(0.0, 1.0);
			});
			assertThat(application.endpoint().replicas()).hasSize(2)
				.extracting(PoolDescriptor::lag)
				.allSatisfy((lag) -> assertThat(lag).isLessThan(Duration.ofSeconds(1)));
			lagging.pauseReplay();
			try (Connection connection = cluster.master().connection()) {
				execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
				application.awaitReplicas(List.of(other));
				assertThat(application.health().getDetails()).hasEntrySatisfying("leftOut",
						(standbys) -> assertThat(standbys).asString().contains(lagging.address(), "it lags by"));
				await().until(() -> lag(application, lagging) > 2);
				assertThat(lag(application, other)).isLessThan(2);

				relation.write(cluster.master(), List.of(other));
				await().until(() -> application.meters()
					.find("juju.pgsql.replica.lag")
					.tag("server", lagging.address())
					.gauge() == null);
				assertThat(lag(application, other)).isLessThan(2);
			}
			finally {
				lagging.resumeReplay();
			}
			relation.write();
			await().untilAsserted(() -> assertThat(lag(application, lagging)).isBetween(0.0, 1.0));
		}
	}

	@Test
	void theLagOfAServerThatBecameThePrimaryIsNotTold() throws Exception {
		try (FollowingApplication application = follow("juju.pgsql.replica.maximum-lag=1h")) {
			application.awaitReplicas(cluster.standbys());
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			relation.write();
			application.awaitPrimary(promoted);
			await().untilAsserted(() -> assertThat(application.meters()
				.find("juju.pgsql.replica.lag")
				.meters()
				.stream()
				.map((meter) -> meter.getId().getTag("server")))
				.containsExactlyInAnyOrderElementsOf(addresses(cluster.standbys())));
			assertThat(application.endpoint().primary()).isNotNull().extracting(PoolDescriptor::lag).isNull();
		}
	}

	@Test
	void withoutALimitToItLagIsNotMeasured() throws Exception {
		try (FollowingApplication application = follow()) {
			application.awaitReplicas(cluster.standbys());
			assertThat(application.meters().getMeters()).map(Meter::getId)
				.map(Meter.Id::getName)
				.contains("juju.pgsql.replicas")
				.doesNotContain("juju.pgsql.replica.lag");
			assertThat(application.endpoint().replicas()).extracting(PoolDescriptor::lag).containsOnlyNulls();
		}
	}

	private static double gauge(FollowingApplication application, String name) {
		return application.meters().get(name).gauge().value();
	}

	private static double counter(FollowingApplication application, String name) {
		return application.meters().get(name).functionCounter().count();
	}

	private static double lag(FollowingApplication application, PgsqlServer server) {
		Gauge gauge = application.meters().find("juju.pgsql.replica.lag").tag("server", server.address()).gauge();
		assertThat(gauge).as("lag of %s", server).isNotNull();
		return gauge.value();
	}

}
