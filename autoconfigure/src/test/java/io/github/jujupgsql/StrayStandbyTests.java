package io.github.jujupgsql;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The standby that was promoted had received less than the other one, which holds what
 * has been lost and can never follow.
 */
@ExtendWith(OutputCaptureExtension.class)
class StrayStandbyTests {

	@Test
	void aStandbyThatHoldsWhatThePromotedServerDoesNotServesNoReads(@TempDir Path folder, CapturedOutput output)
			throws SQLException {
		try (PgsqlCluster cluster = PgsqlCluster.start(2)) {
			PgsqlServer promoted = cluster.standbys().get(0);
			PgsqlServer ahead = cluster.standbys().get(1);
			RelationFile relation = RelationFile.at(folder.resolve("relation.json"), cluster);
			relation.write();
			try (FollowingApplication application = FollowingApplication.of(relation).start()) {
				application.awaitReplicas(cluster.standbys());
				replicateToOneOnly(cluster, promoted);
				loseWhatOneOnlyHas(cluster, ahead);
				execute(promoted, "SELECT pg_promote()");
				application.awaitPrimary(promoted);
				await().atMost(FollowingApplication.PATIENCE).until(() -> {
					// reads show that there is somebody to look for
					serverOf(application.replica());
					return application.roles().replicas().isEmpty();
				});
				assertThat(output).contains("Standby " + ahead.address()
						+ " serves no reads: it has replayed what the primary has never written");
				assertThat(serverOf(application.replica())).isEqualTo(promoted.address());
				relation.write(promoted, List.of(ahead));
				execute(promoted, "CREATE TABLE much AS SELECT generate_series(1, 300000)");
				application.awaitReplicas(List.of());
				assertThat(application.roles().excluded()).singleElement()
					.asString()
					.contains("it has replayed what the primary has never written");
			}
		}
	}

	private static void replicateToOneOnly(PgsqlCluster cluster, PgsqlServer notTo) throws SQLException {
		execute(notTo, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()");
		await().until(() -> ask(cluster.master(), "SELECT count(*) FROM pg_stat_replication").equals("1"));
	}

	private static void loseWhatOneOnlyHas(PgsqlCluster cluster, PgsqlServer ahead) throws SQLException {
		execute(cluster.master(), "CREATE TABLE lost AS SELECT generate_series(1, 100000)");
		await().until(() -> ask(ahead, "SELECT to_regclass('lost') IS NOT NULL").equals("t"));
		cluster.master().crash();
	}

}
