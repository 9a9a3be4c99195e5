package io.github.jujupgsql.compatibility.clinic;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with {@link ClinicApplication}: somebody else's application, with JPA,
 * {@code spring.sql.init}, a cache and web pages, and one property more than it had.
 */
class ClinicTests extends AbstractFailoverTests {

	private static final int ENOUGH = 40;

	/** One for each thread that waits for an answer at that moment. */
	private static final int IN_FLIGHT = 4;

	@Test
	void throughASwitchoverAndARotationNothingAcknowledgedIsLost() throws Exception {
		try (Application application = start(ClinicApplication.class, "tried=jpa",
				"spring.main.web-application-type=servlet", "server.port=0", "spring.sql.init.mode=always",
				"spring.sql.init.schema-locations=classpath:clinic/schema.sql",
				"spring.sql.init.data-locations=classpath:clinic/data.sql", "spring.jpa.open-in-view=false")) {
			Client client = new Client(
					application.context().getEnvironment().getRequiredProperty("local.server.port", Integer.class));
			PgsqlServer promoted;
			try (client) {
				awaitMore(client);
				promoted = cluster.promote(cluster.mostAdvancedStandby());
				relation.write();
				awaitMore(client);
				cluster.rotatePassword();
				cluster.awaitReplayed();
				relation.write();
				awaitMore(client);
			}
			JdbcClient jdbc = application.jdbc();
			assertThat(jdbc.sql(Application.SERVER).query(String.class).single()).isEqualTo(promoted.address());
			assertThat(jdbc.sql("SELECT name FROM owners UNION ALL SELECT description FROM visits")
				.query(String.class)
				.list()).containsAll(client.acknowledged());
			assertThat(client.misread()).as("owners that were not as they had been acknowledged").isZero();
			assertThat(client.failed()).as("requests that failed").isLessThanOrEqualTo(IN_FLIGHT);
			assertThat(jdbc.sql("SELECT count(*) FROM vets").query(Integer.class).single()).isEqualTo(2);
		}
	}

	private static void awaitMore(Client client) {
		int before = client.acknowledged().size();
		await().until(() -> client.acknowledged().size() > before + ENOUGH);
	}

}
