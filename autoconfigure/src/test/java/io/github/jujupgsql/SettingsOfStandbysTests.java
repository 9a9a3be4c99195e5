package io.github.jujupgsql;

import io.github.jujupgsql.test.PgsqlClusterTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a real standby refuses of the settings that its primary takes.
 */
@PgsqlClusterTest
class SettingsOfStandbysTests extends AbstractClusterTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					transaction-isolation | TRANSACTION_SERIALIZABLE | cannot use serializable mode in a hot standby (SQLSTATE 0A000)
					connection-init-sql | CREATE TEMPORARY TABLE mine (i int) | cannot execute CREATE TABLE in a read-only transaction (SQLSTATE 25006)
					connection-init-sql | SET default_transaction_isolation = serializable | cannot use serializable mode in a hot standby (SQLSTATE 0A000)
					""")
	void theStandbyServesNoReadsAndTheReasonNamesTheProperty(String property, String value, String reason) {
		try (FollowingApplication application = follow("spring.datasource.hikari." + property + "=" + value)) {
			await().untilAsserted(() -> assertThat(application.roles().noReplicaReason())
				.endsWith("spring.datasource.hikari." + property + " fails there, in recovery: " + reason));
		}
	}

}
