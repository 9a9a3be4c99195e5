package io.github.jujupgsql;

import java.nio.file.Path;

import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a real standby refuses of the settings that its primary takes.
 */
class SettingsOfStandbysTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(1);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					transaction-isolation | TRANSACTION_SERIALIZABLE | cannot use serializable mode in a hot standby (SQLSTATE 0A000)
					connection-init-sql | CREATE TEMPORARY TABLE mine (i int) | cannot execute CREATE TABLE in a read-only transaction (SQLSTATE 25006)
					connection-init-sql | SET default_transaction_isolation = serializable | cannot use serializable mode in a hot standby (SQLSTATE 0A000)
					""")
	void theStandbyServesNoReadsAndTheReasonNamesTheProperty(String property, String value, String reason) {
		RelationFile relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		relation.write();
		FollowingApplication.runner()
			.withPropertyValues("juju.pgsql.relation-file=" + relation.path(),
					"spring.datasource.hikari." + property + "=" + value)
			.run((context) -> {
				awaitPrimary(context, cluster.master());
				await().untilAsserted(() -> assertThat(roles(context).whyNoReplica())
					.endsWith("spring.datasource.hikari." + property + " fails there, in recovery: " + reason));
				assertThat(context).hasNotFailed();
			});
	}

	private static RoleTable roles(AssertableApplicationContext context) {
		return context.getBean(ServerPools.class).getRoles().current();
	}

}
