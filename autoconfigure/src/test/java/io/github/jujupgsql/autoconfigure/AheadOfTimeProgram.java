package io.github.jujupgsql.autoconfigure;

import io.github.jujupgsql.datasource.Replica;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * An application that says which servers it writes to and reads from, and ends.
 */
public final class AheadOfTimeProgram {

	private static final String PORT = "SELECT inet_server_port()";

	private AheadOfTimeProgram() {
	}

	public static void main(String[] arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(arguments).close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PgsqlAutoConfiguration.class, DataSourceAutoConfiguration.class,
			DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
			JdbcClientAutoConfiguration.class })
	static class Application {

		@Bean
		CommandLineRunner served(JdbcClient client, @Replica ObjectProvider<JdbcClient> replicas) {
			return (arguments) -> System.out
				.println((AotDetector.useGeneratedArtifacts() ? "Ahead of time: " : "As ever: ") + port(client)
						+ " and " + port(replicas.getIfAvailable(() -> client)));
		}

		private static Integer port(JdbcClient client) {
			return client.sql(PORT).query(Integer.class).single();
		}

	}

}
