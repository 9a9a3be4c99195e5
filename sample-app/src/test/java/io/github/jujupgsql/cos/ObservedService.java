package io.github.jujupgsql.cos;

import javax.sql.DataSource;

import io.github.jujupgsql.sample.NotesApplication;
import io.github.jujupgsql.test.RelationFile;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/**
 * The notes service, as Prometheus sees it.
 */
final class ObservedService implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final RestClient http;

	private ObservedService(ConfigurableApplicationContext context) {
		this.context = context;
		this.http = RestClient.create(
				"http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
	}

	static ObservedService follow(RelationFile file) {
		return new ObservedService(SpringApplication.run(NotesApplication.class, "--server.port=0",
				"--spring.main.banner-mode=off", "--juju.pgsql.relation-file=" + file.path(),
				"--juju.pgsql.replica.maximum-lag=5s", "--juju.pgsql.primary.maximum-waiting=1",
				"--juju.pgsql.primary.missing-timeout=1s", "--spring.datasource.hikari.connection-timeout=1000",
				"--spring.datasource.hikari.maximum-pool-size=2"));
	}

	DataSource dataSource() {
		return this.context.getBean("dataSource", DataSource.class);
	}

	void read() {
		this.http.get().uri("/api/notes").retrieve().toBodilessEntity();
	}

	Scrape scrape() {
		return Scrape.parse(this.http.get()
			.uri("/actuator/prometheus")
			.accept(MediaType.TEXT_PLAIN)
			.retrieve()
			.requiredBody(String.class));
	}

	@Override
	public void close() {
		this.context.close();
	}

}
