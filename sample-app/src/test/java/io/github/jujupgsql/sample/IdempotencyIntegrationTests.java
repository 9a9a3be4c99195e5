package io.github.jujupgsql.sample;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Notes that are sent under a key: each is stored once, however often it is sent and
 * whatever becomes of the connection.
 */
class IdempotencyIntegrationTests extends AbstractServiceTests {

	private final String key = UUID.randomUUID().toString();

	@Test
	void whatIsSentAgainIsAnsweredAsBefore() throws SQLException {
		ResponseEntity<JsonNode> first = service.post("once", quoted());
		ResponseEntity<JsonNode> second = service.post("once", quoted());
		ResponseEntity<JsonNode> unquoted = service.post("once", this.key);
		assertThat(List.of(first, second, unquoted)).allSatisfy((answer) -> {
			assertThat(answer.getStatusCode().value()).isEqualTo(201);
			assertThat(answer.getHeaders().getLocation()).isEqualTo(first.getHeaders().getLocation());
			assertThat(answer.getBody()).isEqualTo(first.getBody());
		});
		assertThat(first.getBody().propertyNames()).containsExactly("id", "text", "createdAt");
		assertThat(stored()).isEqualTo(1);
	}

	@Test
	void anotherNoteUnderTheSameKeyIsRefused() throws SQLException {
		service.post("one", quoted());
		ResponseEntity<JsonNode> answer = service.post("another", quoted());
		assertThat(answer.getStatusCode().value()).isEqualTo(422);
		assertThat(answer.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(answer.getBody().get("detail").stringValue())
			.isEqualTo("Another note has been stored with this Idempotency-Key.");
		assertThat(NotesService.servedBy(answer)).isEqualTo(cluster.master().address());
		assertThat(stored()).isEqualTo(1);
	}

	@Test
	void manyAtOnceUnderOneKeyAreOneNote() throws SQLException {
		List<CompletableFuture<ResponseEntity<JsonNode>>> sent = Stream
			.generate(() -> CompletableFuture.supplyAsync(() -> service.post("once", quoted())))
			.limit(8)
			.toList();
		assertThat(sent).extracting((answer) -> answer.join().getStatusCode().value()).containsOnly(201);
		assertThat(sent).extracting((answer) -> answer.join().getBody()).containsOnly(sent.get(0).join().getBody());
		assertThat(stored()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"\"", "\"half", "two words", "one, two", "\"\\x\"",
			"a-key-that-is-too-long-0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
					+ "56789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345" })
	void whatIsNoKeyIsAProblem(String header) {
		ResponseEntity<JsonNode> answer = service.post("never stored", header);
		assertThat(answer.getStatusCode().value()).isEqualTo(400);
		assertThat(answer.getBody().get("detail").stringValue()).startsWith("Idempotency-Key must be");
	}

	@Test
	void whenTheConnectionIsLostBeforeTheCommitIsCarriedOutThenTheNoteIsStored() throws SQLException {
		onMaster("CREATE SEQUENCE deaths");
		onMaster("CREATE FUNCTION die() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN "
				+ "IF nextval('deaths') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; "
				+ "RETURN NULL; END $$");
		onMaster("CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED "
				+ "FOR EACH ROW EXECUTE FUNCTION die()");
		try {
			assertThat(service.post("lost in the commit", quoted()).getStatusCode().value()).isEqualTo(201);
			assertThat(ask("SELECT last_value FROM deaths")).isEqualTo(2);
		}
		finally {
			onMaster("DROP FUNCTION die CASCADE");
			onMaster("DROP SEQUENCE deaths");
		}
		assertThat(stored()).isEqualTo(1);
	}

	/**
	 * A commit waits for a standby, and so the connection can be cut after it has been
	 * carried out and before it is answered.
	 */
	@Test
	void whenTheConnectionIsLostAfterTheCommitWasCarriedOutThenTheNoteIsStoredOnce() throws SQLException {
		String waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = '" + cluster.user() + "'";
		cluster.synchronous(true);
		cluster.standbys().forEach(PgsqlServer::freeze);
		try {
			var answer = CompletableFuture.supplyAsync(() -> service.post("answer lost", quoted()));
			await().until(() -> ask("SELECT count(*) " + waiting) == 1);
			int committing = ask("SELECT pid " + waiting);
			ask("SELECT pg_terminate_backend(" + committing + ")::int");
			await().until(() -> ask("SELECT count(*) " + waiting + " AND pid <> " + committing) == 1);
			assertThat(stored()).isEqualTo(1);
			assertThat(answer).isNotDone();
			cluster.standbys().forEach(PgsqlServer::thaw);
			assertThat(answer.join().getStatusCode().value()).isEqualTo(201);
			assertThat(answer.join().getBody().get("id").intValue())
				.isEqualTo(ask("SELECT id FROM notes WHERE idempotency_key = '" + this.key + "'"));
		}
		finally {
			cluster.standbys().forEach(PgsqlServer::thaw);
			cluster.synchronous(false);
		}
	}

	private String quoted() {
		return "\"" + this.key + "\"";
	}

	private int stored() throws SQLException {
		return ask("SELECT count(*) FROM notes WHERE idempotency_key = '" + this.key + "'");
	}

	private static int ask(String query) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return result.getInt(1);
		}
	}

	private static void onMaster(String sql) throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
