package io.github.jujupgsql.compatibility.other;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.r2dbc.core.DatabaseClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with R2DBC beside JDBC, which keeps Spring Boot's own DataSource away.
 */
class R2dbcTests extends AbstractFailoverTests {

	@Test
	void bothDataSourcesAreThereAndFollowWhileR2dbcGoesWhereItsUrlLeads() throws Exception {
		try (Application application = start(R2dbcApplication.class, "tried=r2dbc",
				"spring.r2dbc.url=r2dbc:h2:mem:///other")) {
			assertThat(application.bean(ConnectionFactory.class).getMetadata().getName()).isEqualTo("H2");
			application.jdbc().sql("CREATE TABLE note (text text)").update();

			PgsqlServer promoted = failOver();
			application.jdbc().sql("INSERT INTO note " + Application.SERVER).update();
			assertThat(ask(promoted, "SELECT text FROM note")).isEqualTo(promoted.address());
			assertThat(application.bean(DatabaseClient.class)
				.sql("SELECT 42")
				.map((row) -> row.get(0, Integer.class))
				.one()
				.block()).isEqualTo(42);
		}
	}

	@EnableAutoConfiguration
	static class R2dbcApplication {

	}

}
