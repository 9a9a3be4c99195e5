package io.github.jujupgsql.compatibility;

import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.jujupgsql.datasource.ReplicaDataSource;
import io.github.jujupgsql.test.RelationFile;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that follows a relation, and has both DataSources.
 */
public final class Application implements AutoCloseable {

	/** The address of the server that answers. */
	public static final String SERVER = "SELECT host(inet_server_addr()) || ':' || inet_server_port()";

	private final ConfigurableApplicationContext context;

	private Application(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start an application.
	 * @param relation the relation that it follows
	 * @param application its configuration
	 * @param properties more of its properties
	 * @return the application, to be closed
	 */
	public static Application start(RelationFile relation, Class<?> application, String... properties) {
		Application started = new Application(new SpringApplicationBuilder(application)
			.run(Stream.concat(Stream.of("juju.pgsql.relation-file=" + relation.path()), Stream.of(properties))
				.map((property) -> "--" + property)
				.toArray(String[]::new)));
		assertThat(started.primary().getClass().getName()).startsWith("io.github.jujupgsql.datasource.");
		assertThat(started.replicas()).isInstanceOf(ReplicaDataSource.class);
		return started;
	}

	public DataSource primary() {
		return bean("dataSource", DataSource.class);
	}

	public DataSource replicas() {
		return bean("replicaDataSource", DataSource.class);
	}

	public JdbcClient jdbc() {
		return bean(JdbcClient.class);
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public <T> T bean(String name, Class<T> type) {
		return this.context.getBean(name, type);
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	@Override
	public void close() {
		this.context.close();
	}

}
