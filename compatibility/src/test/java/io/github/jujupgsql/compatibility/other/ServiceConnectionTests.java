package io.github.jujupgsql.compatibility.other;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.testcontainers.postgresql.PostgreSQLContainer;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with a {@link ServiceConnection}, which wins over the relation. The container is
 * none: it leads to a server that runs already, so that no Docker is needed.
 */
@SpringBootTest
@DirtiesContext
class ServiceConnectionTests {

	@AutoClose
	private static final PgsqlCluster relationsOwn = PgsqlCluster.start(0);

	@AutoClose
	private static final PgsqlCluster containers = PgsqlCluster.start(0);

	@DynamicPropertySource
	static void relation(DynamicPropertyRegistry registry) {
		RelationFile relation = RelationFile.of(relationsOwn);
		relation.write();
		registry.add("juju.pgsql.relation-file", relation::path);
	}

	@Test
	void theContainerWins(@Autowired DataSource dataSource, @Autowired JdbcClient jdbc) {
		assertThat(dataSource).isInstanceOf(HikariDataSource.class);
		assertThat(jdbc.sql("SELECT inet_server_port()").query(Integer.class).single())
			.isEqualTo(containers.master().port());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ContainerApplication {

		@Bean
		@ServiceConnection
		static PostgreSQLContainer container() {
			return new RunningServer();
		}

	}

	static class RunningServer extends PostgreSQLContainer {

		RunningServer() {
			super("postgres:18");
		}

		@Override
		public void start() {
			// runs already
		}

		@Override
		public void stop() {
		}

		@Override
		public String getJdbcUrl() {
			return "jdbc:postgresql://" + containers.master().address() + "/" + containers.database();
		}

		@Override
		public String getUsername() {
			return containers.user();
		}

		@Override
		public String getPassword() {
			return containers.password();
		}

	}

}
