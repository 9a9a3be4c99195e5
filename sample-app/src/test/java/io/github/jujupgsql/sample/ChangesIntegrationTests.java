package io.github.jujupgsql.sample;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One service that is never restarted, while its servers move, come, go and fail.
 */
class ChangesIntegrationTests extends AbstractServiceTests {

	@Test
	void whenTheMasterMovedThenTheNextWriteSucceedsThereAndEveryAcknowledgedNoteIsThere() {
		List<Long> acknowledged = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			acknowledged.add(service.add("before the failover").value().id());
		}
		PgsqlServer former = cluster.master();
		// Replication is asynchronous: what was acknowledged may not be there yet
		cluster.awaitReplayed();

		former.crash();
		PgsqlServer master = cluster.promote(cluster.mostAdvancedStandby());
		file.write();

		await().until(() -> primary().equals(master.address()));
		Served<Note> first = service.add("after the failover");
		assertThat(first.by()).isEqualTo(master.address());
		acknowledged.add(first.value().id());
		await().untilAsserted(
				() -> assertThat(service.newest(1000).value()).extracting(Note::id).containsAll(acknowledged));

		cluster.rejoin(former);
		file.write();
		awaitReplicas();
		assertThat(replicas()).contains(former.address());
	}

	@Test
	void writeThatComesWhileThereIsNoMasterIsStoredOnTheNextOne() {
		PgsqlServer former = cluster.master();
		former.crash();
		var writing = CompletableFuture.supplyAsync(() -> service.post("patience"));
		PgsqlServer master = cluster.promote(cluster.mostAdvancedStandby());
		file.write();

		await().until(writing::isDone);
		assertThat(writing.join().getStatusCode().value()).isEqualTo(201);
		assertThat(NotesService.servedBy(writing.join())).isEqualTo(master.address());

		cluster.rejoin(former);
		file.write();
		awaitReplicas();
	}

	@Test
	void standbyThatCameIsReadFromAndOneThatWentIsNot() {
		PgsqlServer added = cluster.addStandby();
		file.write();
		await().until(() -> service.newest(1).by().equals(added.address()));

		file.write(cluster.master(), cluster.standbys().stream().filter((standby) -> standby != added).toList());
		await().until(() -> !replicas().contains(added.address()));
		cluster.removeStandby(added);
		for (int i = 0; i < 20; i++) {
			assertThat(service.newest(1).by()).isNotEqualTo(added.address());
		}
	}

	@Test
	void whenThePasswordWasRotatedThenWritesAndReadsGoOn() {
		String before = service.state().at("/relation/readAt").stringValue();
		cluster.rotatePassword();
		file.write();
		await().until(() -> !service.state().at("/relation/readAt").stringValue().equals(before));
		assertThat(service.add("with the new password").by()).isEqualTo(cluster.master().address());
		assertThat(addresses(cluster.standbys())).contains(service.newest(1).by());
	}

	@Test
	void whenTheMasterIsDownThenWritesAreRefusedWithAPlainProblemAndReadsGoOn() {
		try (NotesService impatient = NotesService.follow(file, "--notes.retry-for=1s",
				"--spring.datasource.hikari.connection-timeout=1000")) {
			PgsqlServer master = cluster.master();
			impatient.add("opens a connection");
			master.crash();
			try {
				assertUnavailable(impatient.post("over a connection that was open, or none"));
				assertUnavailable(impatient.post("over none"));
				assertThat(impatient.post("under a key", "\"none\"").getBody().get("detail").stringValue())
					.contains("try again with the same Idempotency-Key");
				assertThat(addresses(cluster.standbys())).contains(impatient.newest(1).by());
			}
			finally {
				master.start();
			}
			await().until(() -> impatient.post("back again").getStatusCode().value() == 201);
		}
		await().until(() -> service.post("back again").getStatusCode().value() == 201);
	}

	@Test
	void whenTheConnectionIsLostInTheCommitThenTheAnswerSaysThatTheOutcomeIsUnknown() throws SQLException {
		onMaster("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
				+ "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$");
		onMaster("CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
				+ "FOR EACH ROW EXECUTE FUNCTION die()");
		try {
			ResponseEntity<JsonNode> answer = service.post("lost in the commit");
			assertThat(answer.getStatusCode().value()).isEqualTo(500);
			assertThat(answer.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER)).isFalse();
			assertThat(answer.getBody().get("detail").stringValue()).contains("may or may not be stored");
		}
		finally {
			onMaster("DROP FUNCTION die CASCADE");
		}
		assertThat(service.add("stored").by()).isEqualTo(cluster.master().address());
	}

	private static void assertUnavailable(ResponseEntity<JsonNode> answer) {
		assertThat(answer.getStatusCode().value()).isEqualTo(503);
		assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("1");
		assertThat(answer.getBody().get("detail").stringValue())
			.isEqualTo("The database is not available at the moment. Nothing was changed, please try again.");
	}

	private static void onMaster(String sql) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static String primary() {
		return service.state().at("/primary/server").asString("");
	}

	private static Set<String> replicas() {
		return service.state()
			.get("replicas")
			.valueStream()
			.map((replica) -> replica.get("server").stringValue())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static void awaitReplicas() {
		await().until(() -> replicas().equals(addresses(cluster.standbys())));
	}

	private static Set<String> addresses(List<PgsqlServer> servers) {
		return servers.stream().map(PgsqlServer::address).collect(Collectors.toCollection(TreeSet::new));
	}

}
