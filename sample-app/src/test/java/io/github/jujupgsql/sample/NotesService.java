package io.github.jujupgsql.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.test.RelationFile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/**
 * The notes service on a free port, used as its clients use it: over HTTP.
 */
final class NotesService implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final RestClient http;

	private NotesService(ConfigurableApplicationContext context) {
		this.context = context;
		this.http = client(context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
	}

	static NotesService follow(RelationFile file, String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--juju.pgsql.relation-file=" + file.path());
		return start(all.toArray(String[]::new));
	}

	static NotesService start(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
		all.addAll(List.of(arguments));
		return new NotesService(SpringApplication.run(NotesApplication.class, all.toArray(String[]::new)));
	}

	/** A client that hands back every answer, whatever its status. */
	static RestClient client(int port) {
		return RestClient.builder()
			.baseUrl("http://127.0.0.1:" + port)
			.defaultStatusHandler((status) -> true, (request, response) -> {
			})
			.build();
	}

	RestClient http() {
		return this.http;
	}

	ResponseEntity<JsonNode> post(String text) {
		return this.http.post()
			.uri("/api/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("text", text))
			.retrieve()
			.toEntity(JsonNode.class);
	}

	/** Send a note under a key, as it stands in the header. */
	ResponseEntity<JsonNode> post(String text, String key) {
		return this.http.post()
			.uri("/api/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.header("Idempotency-Key", key)
			.body(Map.of("text", text))
			.retrieve()
			.toEntity(JsonNode.class);
	}

	/** Add a note, which must succeed at the first attempt. */
	Served<Note> add(String text) {
		ResponseEntity<Note> answer = this.http.post()
			.uri("/api/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("text", text))
			.retrieve()
			.toEntity(Note.class);
		Assertions.assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.CREATED);
		return served(answer);
	}

	Served<List<Note>> newest(int limit) {
		ResponseEntity<List<Note>> answer = this.http.get()
			.uri("/api/notes?limit={limit}", limit)
			.retrieve()
			.toEntity(new ParameterizedTypeReference<>() {
			});
		Assertions.assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
		return served(answer);
	}

	ResponseEntity<JsonNode> get(String uri, Object... variables) {
		return this.http.get().uri(uri, variables).retrieve().toEntity(JsonNode.class);
	}

	/** What {@code /actuator/pgsql} tells. */
	JsonNode state() {
		return get("/actuator/pgsql").getBody();
	}

	/** How many attempts at the database have failed, as the service counts them. */
	double failedAttempts() {
		return this.context.getBean(MeterRegistry.class)
			.find(FailedAttempts.METER)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

	static String servedBy(ResponseEntity<?> answer) {
		return answer.getHeaders().getFirst("X-Served-By");
	}

	private static <T> Served<T> served(ResponseEntity<T> answer) {
		return new Served<>(answer.getBody(), servedBy(answer));
	}

	@Override
	public void close() {
		this.context.close();
	}

}
