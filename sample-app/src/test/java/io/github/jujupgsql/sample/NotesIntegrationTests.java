package io.github.jujupgsql.sample;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The service on a relation in which nothing moves.
 */
class NotesIntegrationTests extends AbstractServiceTests {

	@Test
	void writesGoToTheMaster() {
		ResponseEntity<JsonNode> answer = service.post("Hello");
		assertThat(answer.getStatusCode().value()).isEqualTo(201);
		assertThat(NotesService.servedBy(answer)).isEqualTo(cluster.master().address());
		JsonNode note = answer.getBody();
		assertThat(note.propertyNames()).containsExactly("id", "text", "createdAt");
		assertThat(note.get("text").stringValue()).isEqualTo("Hello");
		assertThat(answer.getHeaders().getLocation()).hasPath("/api/notes/" + note.get("id").longValue());
	}

	@Test
	void readsGoToTheStandbysAndToAllOfThem() {
		Set<String> readers = new HashSet<>();
		await().untilAsserted(() -> {
			readers.add(service.newest(1).by());
			readers.add(NotesService.servedBy(service.get("/api/notes/count")));
			assertThat(readers).isEqualTo(standbys());
		});
	}

	@Test
	void listIsNewestFirstAndTwentyUnlessTold() {
		List<Long> ids = Stream.generate(() -> service.add("one of many").value().id()).limit(21).toList();
		await().untilAsserted(
				() -> assertThat(service.newest(1000).value()).extracting(Note::id).contains(ids.get(20), ids.get(0)));
		assertThat(service.newest(3).value()).extracting(Note::id)
			.containsExactly(ids.get(20), ids.get(19), ids.get(18));
		assertThat(service.get("/api/notes").getBody()).hasSize(20);
	}

	@Test
	void theListIsReadPageByPage() {
		List<Long> ids = Stream.generate(() -> service.add("ünique pages").value().id()).limit(5).toList();
		cluster.awaitReplayed();
		List<Long> read = new ArrayList<>();
		List<Integer> sizes = new ArrayList<>();
		String uri = "/api/notes?limit=2&q=%C3%BCnique+pages";
		while (uri != null) {
			ResponseEntity<JsonNode> page = service.http()
				.get()
				.uri(URI.create(uri))
				.retrieve()
				.toEntity(JsonNode.class);
			page.getBody().forEach((note) -> read.add(note.get("id").longValue()));
			sizes.add(page.getBody().size());
			uri = next(page);
		}
		assertThat(sizes).containsExactly(2, 2, 1);
		assertThat(read).containsExactly(ids.get(4), ids.get(3), ids.get(2), ids.get(1), ids.get(0));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "zebras|1", "ZEBRAS striped|1", "\"striped zebras\"|1",
			"\"zebras striped\"|0", "zebras -striped|0", "lions or zebras|1", "zebra|0", "' & ! ( :*|0" })
	void wordsAreFound(String words, int found) {
		if (service.get("/api/notes?q=zebras").getBody().isEmpty()) {
			service.add("Striped zebras, 100 %");
			cluster.awaitReplayed();
		}
		assertThat(service.get("/api/notes?q={words}", words).getBody()).hasSize(found);
	}

	@Test
	void singleNoteAndCountAreReadOnAStandby() {
		Note note = service.add("<script>alert('ä€😀')</script>").value();
		await().untilAsserted(() -> {
			ResponseEntity<JsonNode> answer = service.get("/api/notes/{id}", note.id());
			assertThat(answer.getStatusCode().value()).isEqualTo(200);
			assertThat(answer.getBody().get("text").stringValue()).isEqualTo(note.text());
			assertThat(standbys()).contains(NotesService.servedBy(answer));
		});
		assertThat(service.get("/api/notes/count").getBody().get("count").longValue()).isPositive();
	}

	@Test
	void unknownNoteIsAProblemThatNamesTheServerAsked() {
		ResponseEntity<JsonNode> answer = service.get("/api/notes/{id}", Long.MAX_VALUE);
		assertThat(answer.getStatusCode().value()).isEqualTo(404);
		assertThat(answer.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(answer.getBody().get("detail").stringValue()).isEqualTo("There is no note %d.", Long.MAX_VALUE);
		assertThat(standbys()).contains(NotesService.servedBy(answer));
	}

	@ParameterizedTest
	@MethodSource
	void badNoteIsAProblem(String body, int status, String detail) {
		assertProblem(service.http()
			.post()
			.uri("/api/notes")
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.retrieve()
			.toEntity(JsonNode.class), status, detail);
	}

	static Stream<Arguments> badNoteIsAProblem() {
		return Stream.of(Arguments.of("{\"text\": \" \\n\"}", 400, "text must not be blank."),
				Arguments.of("{\"text\": null}", 400, "text must not be blank."),
				Arguments.of("{}", 400, "text must not be blank."),
				Arguments.of("{\"text\": \"" + "x".repeat(2001) + "\"}", 400,
						"text must hold at most 2000 characters."),
				Arguments.of("{\"text\": \"a\\u0000\"}", 400, "text must hold no NUL and no unpaired surrogate."),
				Arguments.of("{\"text\": \"a\\ud800\"}", 400, "text must hold no NUL and no unpaired surrogate."),
				Arguments.of("{\"text\": \"cut sho", 400, "Failed to read request"),
				Arguments.of("[]", 400, "Failed to read request"), Arguments.of("", 400, "Failed to read request"));
	}

	@ParameterizedTest
	@CsvSource({ "/api/notes?limit=0, 400, limit must be greater than or equal to 1.",
			"/api/notes?limit=1001, 400, limit must be less than or equal to 1000.",
			"/api/notes?limit=many, 400, Failed to convert 'limit' with value: 'many'",
			"/api/notes?before=0, 400, before must be greater than or equal to 1.",
			"/api/notes/one, 400, Failed to convert 'id' with value: 'one'",
			"/api/elsewhere, 404, No static resource api/elsewhere." })
	void badAddressIsAProblem(String uri, int status, String detail) {
		assertProblem(service.get(uri), status, detail);
	}

	@Test
	void wordsThatNoNoteCanHoldAreAProblem() {
		assertProblem(service.get("/api/notes?q={words}", "\u0000"), 400,
				"q must hold no NUL and no unpaired surrogate.");
	}

	@Test
	void whatCannotBeDoneOrAnsweredIsAProblem() {
		assertProblem(service.http().delete().uri("/api/notes/count").retrieve().toEntity(JsonNode.class), 405,
				"Method 'DELETE' is not supported.");
		assertProblem(service.http()
			.get()
			.uri("/api/notes")
			.accept(MediaType.APPLICATION_XML, MediaType.APPLICATION_PROBLEM_JSON)
			.retrieve()
			.toEntity(JsonNode.class), 406, "Acceptable representations: [application/json].");
	}

	@Test
	void theApiDescribesItself() {
		JsonNode api = service.get("/api/openapi").getBody();
		assertThat(api.get("paths").propertyNames()).containsExactlyInAnyOrder("/api/notes", "/api/notes/{id}",
				"/api/notes/count");
		JsonNode add = api.get("paths").get("/api/notes").get("post");
		assertThat(add.get("responses").propertyNames()).containsExactlyInAnyOrder("201", "400", "422", "503");
		assertThat(add.at("/responses/201/headers").propertyNames()).containsExactlyInAnyOrder("Location",
				"X-Served-By");
		assertThat(add.at("/parameters/0/name").stringValue()).isEqualTo("Idempotency-Key");
		assertThat(add.at("/parameters/0/required").asBoolean()).isFalse();
		JsonNode list = api.get("paths").get("/api/notes").get("get");
		assertThat(list.get("parameters")).extracting((parameter) -> parameter.get("name").stringValue())
			.containsExactly("limit", "before", "q");
		assertThat(list.at("/parameters/0/schema/maximum").intValue()).isEqualTo(1000);
		assertThat(api.at("/components/schemas/Note/properties").propertyNames()).containsExactly("id", "text",
				"createdAt");
		assertThat(api.findValues("summary")).hasSize(4);
		assertThat(api.get("paths").findValues("parameters")).hasSize(3)
			.allSatisfy((parameters) -> assertThat(parameters.findValues("description")).hasSize(parameters.size()));
	}

	@Test
	void bodyThatIsNotJsonIsAProblem() {
		assertProblem(service.http()
			.post()
			.uri("/api/notes")
			.contentType(MediaType.TEXT_PLAIN)
			.body("text")
			.retrieve()
			.toEntity(JsonNode.class), 415, "Content-Type 'text/plain' is not supported.");
	}

	@ParameterizedTest
	@CsvSource({ "/, text/html", "/notes.css, text/css", "/notes.js, text/javascript", "/favicon.svg, image/svg+xml" })
	void pageIsServed(String uri, String type) {
		ResponseEntity<String> answer = service.http().get().uri(uri).retrieve().toEntity(String.class);
		assertThat(answer.getStatusCode().value()).isEqualTo(200);
		assertThat(answer.getHeaders().getContentType())
			.matches((actual) -> actual.isCompatibleWith(MediaType.valueOf(type)));
	}

	@Test
	void endpointShowsWhoIsWho() {
		JsonNode state = service.state();
		assertThat(state.at("/relation/file").stringValue()).isEqualTo(file.path().toString());
		assertThat(state.at("/relation/master").stringValue()).isEqualTo(cluster.master().address());
		assertThat(state.at("/primary/server").stringValue()).isEqualTo(cluster.master().address());
		assertThat(state.at("/replicas")).extracting((replica) -> replica.get("server").stringValue())
			.containsExactlyInAnyOrderElementsOf(standbys());
		assertThat(state.get("problem").isNull()).isTrue();
	}

	@Test
	void healthAndMetricsAreExposedAndTellNoPassword() {
		assertThat(service.get("/actuator/health").getBody().get("status").stringValue()).isEqualTo("UP");
		for (String uri : List.of("/actuator/health", "/actuator/pgsql", "/actuator/metrics", "/actuator/prometheus")) {
			ResponseEntity<String> answer = service.http()
				.get()
				.uri(uri)
				.header(HttpHeaders.ACCEPT, MediaType.ALL_VALUE)
				.retrieve()
				.toEntity(String.class);
			assertThat(answer.getStatusCode().value()).as(uri).isEqualTo(200);
			assertThat(answer.getBody()).as(uri).doesNotContain(cluster.password());
		}
	}

	@Test
	void readinessKnowsTheDatabaseAndLivenessDoesNot() {
		assertThat(service.get("/actuator/health/readiness").getBody().get("components").propertyNames())
			.containsExactlyInAnyOrder("readinessState", "db");
		assertThat(service.get("/actuator/health/liveness").getBody().get("status").asString()).isEqualTo("UP");
		assertThat(service.get("/actuator/health/readiness/db").getStatusCode().value()).isEqualTo(200);
		assertThat(service.get("/actuator/health/liveness/db").getStatusCode().value()).isEqualTo(404);
	}

	@Test
	void brokenFileChangesNothingAndIsShownUntilTheNextGoodOne() {
		file.write("{\"master\": \"host=");
		try {
			await().until(() -> !service.state().get("problem").isNull());
			assertThat(service.add("in spite of the file").by()).isEqualTo(cluster.master().address());
			assertThat(standbys()).contains(service.newest(1).by());
		}
		finally {
			file.write();
		}
		await().until(() -> service.state().get("problem").isNull());
	}

	private static String next(ResponseEntity<JsonNode> page) {
		String link = page.getHeaders().getFirst(HttpHeaders.LINK);
		if (link == null) {
			return null;
		}
		assertThat(link).startsWith("<http").endsWith(">; rel=\"next\"");
		return link.substring(1, link.indexOf('>'));
	}

	private static void assertProblem(ResponseEntity<JsonNode> answer, int status, String detail) {
		assertThat(answer.getStatusCode().value()).isEqualTo(status);
		assertThat(answer.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(answer.getBody().get("detail").stringValue()).isEqualTo(detail);
	}

	private static Set<String> standbys() {
		return cluster.standbys().stream().map(PgsqlServer::address).collect(Collectors.toSet());
	}

}
