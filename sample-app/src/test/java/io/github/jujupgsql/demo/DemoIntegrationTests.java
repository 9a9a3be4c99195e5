package io.github.jujupgsql.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A visit to the demo.
 */
class DemoIntegrationTests {

	static DemoServers servers;

	static ConfigurableApplicationContext service;

	static RestClient http;

	@BeforeAll
	static void start() {
		service = DemoApplication.run("--server.port=0");
		servers = service.getBean(DemoServers.class);
		http = RestClient.builder()
			.baseUrl("http://127.0.0.1:" + service.getEnvironment().getRequiredProperty("local.server.port"))
			.defaultStatusHandler((status) -> true, (request, response) -> {
			})
			.build();
	}

	@AfterAll
	static void stop() {
		service.close();
		servers.close();
		assertThat(servers.relationFile()).doesNotExist();
	}

	@Test
	void everythingOnOfferCanBePlayed() {
		assertThat(offers("/demo")).hasSize(DemoAction.values().length).isEqualTo(offers("/actuator/info", "demo"));

		JsonNode failover = play(DemoAction.CRASH);
		String former = failover.at("/before/master").stringValue();
		String master = failover.at("/after/master").stringValue();
		assertThat(master).isNotEqualTo(former);
		awaitRoles(master, 1);
		assertThat(add()).isEqualTo(master);

		assertThat(play(DemoAction.REJOIN).at("/after/standbys")).extracting(JsonNode::stringValue).contains(former);
		awaitRoles(master, 2);
		play(DemoAction.ADD_STANDBY);
		awaitRoles(master, 3);
		play(DemoAction.REMOVE_STANDBY);
		awaitRoles(master, 2);
		play(DemoAction.ROTATE_PASSWORD);
		assertThat(add()).isEqualTo(master);

		ResponseEntity<JsonNode> nobody = post(DemoAction.REJOIN);
		assertThat(nobody.getStatusCode().value()).isEqualTo(409);
		assertThat(nobody.getBody().get("detail").stringValue()).contains("fail over first");
	}

	@Test
	void guideNamesThePageAndEveryAction() {
		Path file = Path.of("relation.json");
		assertThat(new Guide(1234, file).toString()).contains("http://localhost:1234/", file.toString())
			.contains(List.of(DemoAction.values()).stream().map(DemoAction::path).toList());
	}

	private static List<JsonNode> offers(String uri, String... under) {
		JsonNode found = http.get().uri(uri).retrieve().toEntity(JsonNode.class).getBody();
		return (under.length == 0 ? found : found.get(under[0])).valueStream().toList();
	}

	private static JsonNode play(DemoAction action) {
		ResponseEntity<JsonNode> answer = post(action);
		assertThat(answer.getStatusCode().value()).as(action.path()).isEqualTo(200);
		return answer.getBody();
	}

	private static ResponseEntity<JsonNode> post(DemoAction action) {
		return http.post().uri(action.path()).retrieve().toEntity(JsonNode.class);
	}

	private static String add() {
		ResponseEntity<Void> answer = http.post()
			.uri("/api/notes")
			.body(Map.of("text", "Hello"))
			.retrieve()
			.toBodilessEntity();
		assertThat(answer.getStatusCode().value()).isEqualTo(201);
		return answer.getHeaders().getFirst("X-Served-By");
	}

	private static void awaitRoles(String master, int standbys) {
		await().untilAsserted(() -> {
			JsonNode state = http.get().uri("/actuator/pgsql").retrieve().toEntity(JsonNode.class).getBody();
			assertThat(state.at("/primary/server").asString("")).isEqualTo(master);
			assertThat(state.get("replicas")).hasSize(standbys);
		});
	}

}
