package io.github.jujupgsql;

import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.actuate.PgsqlEndpoint.PoolDescriptor;
import io.github.jujupgsql.event.PrimaryChanged;
import io.github.jujupgsql.event.PrimaryChanged.Cause;
import io.github.jujupgsql.role.PrimaryCause;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application is told and what an operator sees of a switch of the primary.
 */
@PgsqlClusterTest(standbys = 1)
class PrimaryChangedTests extends AbstractClusterTests {

	private static final String SYSTEM_IDENTIFIER = "SELECT system_identifier FROM pg_control_system()";

	@Test
	void aPromotionIsSeenBeforeTheRelationSaysSoAndNotAnyMoreOnceItDoes() throws Exception {
		try (FollowingApplication application = followAndListen()) {
			PgsqlServer old = cluster.master();
			PoolDescriptor before = application.endpoint().primary();
			assertThat(before).isNotNull();
			assertThat(before.timeline()).isNotNull();
			old.crash();
			PgsqlServer promoted = cluster.promote(cluster.standbys().get(0));
			application.awaitPrimary(promoted);
			awaitTold(application, told(null, old, Cause.RELATION), told(old, promoted, Cause.PROMOTION));
			assertPromotionIsSeen(application, old, promoted, before.timeline() + 1);

			relation.write();
			application.awaitRoles("the relation says so", (table) -> !table.aheadOfRelation());
			assertThat(application.roles().primary()).isSameAs(application.poolOf(promoted));
			assertThat(application.endpoint()).satisfies((endpoint) -> {
				assertThat(endpoint.aheadOfRelation()).isFalse();
				assertThat(endpoint.primarySince()).isNotNull();
			});
			assertThat(application.health().getDetails()).doesNotContainKeys("aheadOfRelation", "relationMaster")
				.containsEntry("timeline", before.timeline() + 1);
			assertThat(ahead(application)).isZero();
			assertThat(changes(application)).hasSize(2);
		}
	}

	private static void assertPromotionIsSeen(FollowingApplication application, PgsqlServer old, PgsqlServer promoted,
			long timeline) throws Exception {
		PgsqlDescriptor endpoint = application.endpoint();
		assertThat(endpoint.aheadOfRelation()).isTrue();
		assertThat(endpoint.relation().master()).isEqualTo(old.address());
		assertThat(endpoint.primary()).isNotNull().satisfies((primary) -> {
			assertThat(primary.timeline()).isEqualTo(timeline);
			assertThat(primary.systemIdentifier()).isEqualTo(Sql.ask(promoted, SYSTEM_IDENTIFIER));
			assertThat(primary.address()).isEqualTo(promoted.address());
		});
		assertThat(endpoint.primarySince()).isNotNull();
		assertThat(application.health().getDetails()).containsEntry("timeline", timeline)
			.containsEntry("primarySince", endpoint.primarySince())
			.containsEntry("aheadOfRelation", true)
			.containsEntry("relationMaster", old.address());
		assertThat(ahead(application)).isOne();
	}

	@Test
	void aSwitchThatTheRelationSaysIsToldAsThatWithWhatWasCutOff() throws Exception {
		try (FollowingApplication application = followAndListen();
				Connection writing = application.primary().getConnection()) {
			assertThat(writing.isClosed()).isFalse();
			PgsqlServer old = cluster.master();
			PgsqlServer promoted = cluster.promote(cluster.standbys().get(0));
			relation.write();
			awaitTold(application, told(null, old, Cause.RELATION), told(old, promoted, Cause.RELATION));
			assertThat(changes(application).get(1).cutOff()).isPositive();
			assertThat(application.endpoint().aheadOfRelation()).isFalse();
		}
	}

	@Test
	void aStandbyHasNoTimelineAndBelongsToTheSameCluster() throws Exception {
		try (FollowingApplication application = followAndListen()) {
			String cluster = Sql.ask(AbstractClusterTests.cluster.master(), SYSTEM_IDENTIFIER);
			PgsqlServer standby = AbstractClusterTests.cluster.standbys().get(0);
			assertThat(application.endpoint().replicas()).singleElement().satisfies((replica) -> {
				assertThat(replica.systemIdentifier()).isEqualTo(cluster);
				assertThat(replica.address()).isEqualTo(standby.address());
				assertThat(replica.timeline()).isNull();
			});
			assertThat(application.roles().replicas().get(0).getPrimarySince()).isNull();
		}
	}

	@Test
	void everyCauseThatTheRulesKnowIsTold() {
		assertThat(PrimaryCause.values()).extracting(Enum::name)
			.containsExactlyElementsOf(List.of(Cause.values()).stream().map(Enum::name).toList());
	}

	private static FollowingApplication followAndListen() {
		FollowingApplication application = FollowingApplication.of(relation)
			.beans((context) -> context.register(Changes.class))
			.start();
		application.awaitPrimary(cluster.master());
		application.awaitReplicas(cluster.standbys());
		return application;
	}

	private static String told(@Nullable PgsqlServer previous, PgsqlServer primary, Cause cause) {
		return ((previous != null) ? previous.address() : null) + " -> " + primary.address() + " " + cause;
	}

	private static void awaitTold(FollowingApplication application, String... expected) {
		await().untilAsserted(() -> assertThat(changes(application))
			.extracting((event) -> event.previous() + " -> " + event.primary() + " " + event.cause())
			.containsExactly(expected));
	}

	private static List<PrimaryChanged> changes(FollowingApplication application) {
		return application.bean(Changes.class).heard;
	}

	private static double ahead(FollowingApplication application) {
		return application.meters().get("juju.pgsql.primary.ahead").gauge().value();
	}

	static final class Changes {

		final List<PrimaryChanged> heard = new CopyOnWriteArrayList<>();

		@EventListener
		void on(PrimaryChanged event) {
			assertThat(Thread.currentThread().getName()).isEqualTo("pgsql-events");
			this.heard.add(event);
		}

	}

}
