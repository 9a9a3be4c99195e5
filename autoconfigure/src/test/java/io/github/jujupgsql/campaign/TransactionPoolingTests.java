package io.github.jujupgsql.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.jujupgsql.FollowingApplication;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.test.PgBouncer;
import io.github.jujupgsql.test.PgBouncerPooling;
import io.github.jujupgsql.test.PgsqlClusterTest;
import io.github.jujupgsql.test.PgsqlService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.ObjectMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real pgbouncer that pools transactions, before two standbys behind one name: each
 * transaction may be on another server than the one before, on the same connection.
 */
@EnabledIf(value = "io.github.jujupgsql.test.PgBouncer#isInstalled", disabledReason = "pgbouncer is not installed")
@PgsqlClusterTest(standbys = 2)
@ExtendWith(OutputCaptureExtension.class)
class TransactionPoolingTests extends AbstractCampaignTests {

	private static final int READS = 1000;

	private static final int READS_BETWEEN = 50;

	@Test
	void serversThatTakeTurnsOnAConnectionAreTakenForOneAfterOneWarning(CapturedOutput output) throws Exception {
		try (PgsqlService primary = PgsqlService.start("primary");
				PgsqlService replicas = PgsqlService.start("replicas");
				PgBouncer pgbouncer = PgBouncer.start(cluster, PgBouncerPooling.TRANSACTIONS)) {
			primary.leadTo(cluster.master());
			replicas.leadTo(cluster.standbys());
			pgbouncer.follow(primary, replicas);
			relation.write(new ObjectMapper().writeValueAsString(Map.of("database", cluster.database(), "master",
					pgbouncer.uri(), "standbys", List.of(pgbouncer.readOnlyUri()))));
			try (FollowingApplication application = FollowingApplication.underLoad(relation)
				.properties("spring.datasource.hikari.data-source-properties.prepareThreshold=0")
				.start(); NamesLoad load = NamesLoad.on(application)) {
				long start = System.nanoTime();
				// each few seconds it is as likely as not that turns are seen as such
				await().atMost(FollowingApplication.PATIENCE.multipliedBy(3)).untilAsserted(() -> {
					openAnew(application, load);
					assertThat(warnings(output))
						.as(() -> "reads by port: " + load.shares(start) + ", and " + logOf(pgbouncer))
						.isOne();
				});
				application.awaitRoles("one stands for all", (table) -> table.replicas().size() == 1);
				RoleTable settled = application.roles();
				long since = System.nanoTime();
				await().atMost(FollowingApplication.PATIENCE).until(() -> load.reads(since).size() > READS);
				assertThat(application.roles()).isEqualTo(settled);
				assertThat(load.reads(since)).filteredOn((read) -> read.failure() != null).isEmpty();
				assertThat(warnings(output)).isOne();
			}
		}
	}

	/**
	 * Where the name leads is seen when connections are opened, which happens rarely. Not
	 * before there were reads at the same time, as pgbouncer opens a second connection
	 * for nothing else.
	 */
	private static void openAnew(FollowingApplication application, NamesLoad load) {
		long since = System.nanoTime();
		await().atMost(FollowingApplication.PATIENCE).until(() -> load.reads(since).size() > READS_BETWEEN);
		for (ServerPool pool : application.roles().replicas()) {
			Objects.requireNonNull(pool.getDataSource()).getHikariPoolMXBean().softEvictConnections();
		}
	}

	private static String logOf(PgBouncer pgbouncer) {
		try {
			return Files.readString(pgbouncer.log());
		}
		catch (IOException ex) {
			return "no log of " + pgbouncer + ": " + ex;
		}
	}

	private static long warnings(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("lead to one server after the other")).count();
	}

}
