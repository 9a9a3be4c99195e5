package io.github.jujupgsql.compatibility.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests with virtual threads ({@code spring.threads.virtual.enabled}): many more requests
 * than connections, while there is no primary.
 */
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are virtual threads from Java 21 on")
class VirtualThreadsTests extends AbstractFailoverTests {

	private static final int REQUESTS = 500;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Test
	void whenTheMasterDiesThenAllOfManyWaitersAreServedAndHealthAnswersMeanwhile() throws Exception {
		try (Application application = start(NotesApplication.class, "spring.main.web-application-type=servlet",
				"server.port=0", "spring.threads.virtual.enabled=true", "spring.datasource.hikari.maximum-pool-size=10",
				"spring.datasource.hikari.connection-timeout=120000",
				"management.endpoint.health.probes.enabled=true")) {
			application.jdbc().sql("CREATE TABLE note (text text)").update();
			URI base = URI.create("http://localhost:" + port(application));
			Notes notes = application.bean(Notes.class);

			cluster.master().crash();
			List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
			for (int i = 0; i < REQUESTS; i++) {
				HttpRequest request = HttpRequest.newBuilder(base.resolve("/notes"))
					.POST(BodyPublishers.ofString("note " + i))
					.build();
				answers.add(this.client.sendAsync(request, BodyHandlers.ofString()));
			}
			await().until(() -> notes.waiting.get() == REQUESTS);
			assertThat(status(base.resolve("/actuator/health/liveness"))).isEqualTo(200);
			assertThat(status(base.resolve("/actuator/health"))).as("there is no primary").isEqualTo(503);
			assertThat(notes.waiting).as("those who waited while it answered").hasValue(REQUESTS);

			PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
			for (CompletableFuture<HttpResponse<String>> answer : answers) {
				assertThat(answer.get(60, TimeUnit.SECONDS).body()).isEqualTo(promoted.address());
			}
			assertThat(ask(promoted, "SELECT count(DISTINCT text) FROM note")).isEqualTo("" + REQUESTS);
		}
	}

	private int status(URI uri) throws Exception {
		return this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
	}

	private static int port(Application application) {
		return application.context().getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	@EnableAutoConfiguration
	static class NotesApplication {

		@Bean
		Notes notes(JdbcClient jdbc) {
			return new Notes(jdbc);
		}

	}

	@RestController
	static class Notes {

		private final JdbcClient jdbc;

		private final AtomicInteger waiting = new AtomicInteger();

		Notes(JdbcClient jdbc) {
			this.jdbc = jdbc;
		}

		@PostMapping("/notes")
		String add(@RequestBody String text) {
			this.waiting.incrementAndGet();
			try {
				return this.jdbc.sql("INSERT INTO note VALUES (?) RETURNING (" + Application.SERVER + ")")
					.param(text)
					.query(String.class)
					.single();
			}
			finally {
				this.waiting.decrementAndGet();
			}
		}

	}

}
