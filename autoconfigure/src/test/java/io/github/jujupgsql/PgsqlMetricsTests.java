package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.actuate.PgsqlHealthIndicator;
import io.github.jujupgsql.actuate.PgsqlMetrics;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.endpoint;
import static io.github.jujupgsql.FollowingApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgsqlMetrics}, and for what endpoint and health tell of replicas.
 */
class PgsqlMetricsTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	@BeforeEach
	void writeRelation() {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
	}

	@AfterEach
	void makeTheClusterWhole() {
		cluster.formerMasters().forEach(cluster::rejoin);
	}

	@Test
	void gaugesTellWhoServes() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(gauge(context, "juju.pgsql.primary.available")).isEqualTo(1);
			assertThat(gauge(context, "juju.pgsql.standbys")).isEqualTo(2);
			assertThat(gauge(context, "juju.pgsql.replicas")).isEqualTo(2);
			assertThat(gauge(context, "juju.pgsql.fallback.to.primary")).isZero();

			this.relation.write(cluster.master(), List.of());
			await().until(() -> gauge(context, "juju.pgsql.fallback.to.primary") == 1);
			assertThat(gauge(context, "juju.pgsql.standbys")).isZero();
			assertThat(gauge(context, "juju.pgsql.replicas")).isZero();

			this.relation.write(null, cluster.standbys());
			await().until(() -> gauge(context, "juju.pgsql.replicas") == 2);
			assertThat(gauge(context, "juju.pgsql.fallback.to.primary")).isZero();
			assertThat(gauge(context, "juju.pgsql.primary.available")).isZero();
		});
	}

	@Test
	void withoutFallbackReadsNeverGoToThePrimary() {
		this.relation.write(cluster.master(), List.of());
		follow((context) -> assertThat(gauge(context, "juju.pgsql.fallback.to.primary")).isZero(),
				"juju.pgsql.replica.fallback-to-primary=false");
	}

	@Test
	void attemptsToReachTheMasterThatFailAreCounted() {
		PgsqlServer down = cluster.standbys().get(0);
		follow((context) -> {
			assertThat(counter(context, "juju.pgsql.primary.failures")).isZero();
			down.crash();
			try {
				this.relation.write(down, List.of());
				await().until(() -> counter(context, "juju.pgsql.primary.failures") > 1);
			}
			finally {
				down.start();
			}
		});
	}

	@Test
	void contentsOfTheFileThatAreRefusedAreCounted() {
		follow((context) -> {
			assertThat(counter(context, "juju.pgsql.relation.invalid")).isZero();
			this.relation.write("{\"master\": \"host=");
			await().until(() -> gauge(context, "juju.pgsql.relation.problem") == 1);
			assertThat(counter(context, "juju.pgsql.relation.invalid")).isEqualTo(1);
			this.relation.write();
			await().until(() -> gauge(context, "juju.pgsql.relation.problem") == 0);
			assertThat(counter(context, "juju.pgsql.relation.invalid")).isEqualTo(1);
		});
	}

	@Test
	void lagIsToldOfTheStandbysThatTheRelationNamesWhetherOrNotTheyServe() {
		PgsqlServer lagging = cluster.standbys().get(0);
		PgsqlServer other = cluster.standbys().get(1);
		follow((context) -> {
			await().untilAsserted(() -> {
				assertThat(lag(context, lagging)).isBetween(0.0, 1.0);
				assertThat(lag(context, other)).isBetween(0.0, 1.0);
			});
			assertThat(endpoint(context).replicas()).hasSize(2)
				.extracting(PoolDescriptor::lag)
				.allSatisfy((lag) -> assertThat(lag).isLessThan(Duration.ofSeconds(1)));
			lagging.pauseReplay();
			try (Connection connection = cluster.master().connection()) {
				execute(connection, "CREATE TABLE IF NOT EXISTS written (i int)");
				awaitReplicas(context, List.of(other.address()));
				assertThat(health(context).getDetails()).hasEntrySatisfying("leftOut",
						(standbys) -> assertThat(standbys).asString().contains(lagging.address(), "it lags by"));
				await().until(() -> lag(context, lagging) > 2);
				assertThat(lag(context, other)).isLessThan(2);

				this.relation.write(cluster.master(), List.of(other));
				await().until(() -> context.getBean(MeterRegistry.class)
					.find("juju.pgsql.replica.lag")
					.tag("server", lagging.address())
					.gauge() == null);
				assertThat(lag(context, other)).isLessThan(2);
			}
			finally {
				lagging.resumeReplay();
			}
			this.relation.write();
			await().untilAsserted(() -> assertThat(lag(context, lagging)).isBetween(0.0, 1.0));
		}, "juju.pgsql.replica.maximum-lag=1s");
	}

	@Test
	void theLagOfAServerThatBecameThePrimaryIsNotTold() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			this.relation.write();
			awaitPrimary(context, promoted);
			await().untilAsserted(() -> assertThat(context.getBean(MeterRegistry.class)
				.find("juju.pgsql.replica.lag")
				.meters()
				.stream()
				.map((meter) -> meter.getId().getTag("server")))
				.containsExactlyInAnyOrderElementsOf(addresses(cluster.standbys())));
			assertThat(endpoint(context).primary()).isNotNull().extracting(PoolDescriptor::lag).isNull();
		}, "juju.pgsql.replica.maximum-lag=1h");
	}

	@Test
	void withoutALimitToItLagIsNotMeasured() {
		follow((context) -> {
			awaitReplicas(context, addresses(cluster.standbys()));
			assertThat(context.getBean(MeterRegistry.class).getMeters()).map(Meter::getId)
				.map(Meter.Id::getName)
				.contains("juju.pgsql.replicas")
				.doesNotContain("juju.pgsql.replica.lag");
			assertThat(endpoint(context).replicas()).extracting(PoolDescriptor::lag).containsOnlyNulls();
		});
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer, String... properties) {
		FollowingApplication.runner()
			.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path())
			.withPropertyValues(properties)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
						context.getSourceApplicationContext(), Duration.ZERO));
				awaitPrimary(context, cluster.master());
				consumer.accept(context);
			});
	}

	private static Health health(AssertableApplicationContext context) {
		Health health = context.getBean(PgsqlHealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	private static double gauge(AssertableApplicationContext context, String name) {
		return context.getBean(MeterRegistry.class).get(name).gauge().value();
	}

	private static double counter(AssertableApplicationContext context, String name) {
		return context.getBean(MeterRegistry.class).get(name).functionCounter().count();
	}

	private static double lag(AssertableApplicationContext context, PgsqlServer server) {
		Gauge gauge = context.getBean(MeterRegistry.class)
			.find("juju.pgsql.replica.lag")
			.tag("server", server.address())
			.gauge();
		assertThat(gauge).as("lag of %s", server).isNotNull();
		return gauge.value();
	}

}
