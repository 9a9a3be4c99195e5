package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the DataSources in Spring Boot's JDBC test slice.
 */
@JdbcTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@DirtiesContext
class JdbcSliceTests {

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(0);

	@DynamicPropertySource
	static void relation(DynamicPropertyRegistry registry) {
		RelationFile relation = RelationFile.of(cluster);
		relation.write();
		registry.add("juju.pgsql.relation-file", relation::path);
		registry.add("spring.flyway.enabled", () -> false);
		registry.add("spring.liquibase.enabled", () -> false);
	}

	@Test
	void followTheRelation(@Autowired PrimaryDataSource dataSource, @Autowired JdbcClient client) {
		assertThat(client.sql("SELECT inet_server_port()").query(Integer.class).single())
			.isEqualTo(cluster.master().port());
		assertThat(dataSource).isNotNull();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class Application {

	}

}
