package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import io.github.jujupgsql.standin.StandInServer.Refusal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for writes that are refused because a session or a transaction is read-only,
 * though its server is not in recovery.
 */
class ReadOnlySessionsTests {

	private static final int WRITES = 50;

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().start();

	@Test
	void whenTheDatabaseIsReadOnlyByDefaultThenRefusedWritesCostNoConnections() throws SQLException {
		this.master.readOnlyByDefault(true);
		relate();
		int before = this.master.logins();
		for (int i = 0; i < WRITES; i++) {
			assertThat(write()).isEqualTo("25006");
		}
		assertThat(this.master.logins() - before).as("one a second, to ask the server").isLessThan(WRITES / 5);
	}

	@Test
	void whenTheDatabaseIsNoLongerReadOnlyByDefaultThenWritesSucceed() {
		this.master.readOnlyByDefault(true);
		relate();
		this.master.readOnlyByDefault(false);
		await().atMost(Duration.ofSeconds(30)).until(() -> write() == null);
	}

	@Test
	void whenAnotherConnectionTellsThatTheDatabaseIsNoLongerReadOnlyByDefaultThenTheNextRefusedWriteIsTheLast()
			throws SQLException {
		this.master.readOnlyByDefault(true);
		relate();
		this.master.readOnlyByDefault(false);
		try (Connection first = this.application.primary().getConnection();
				Connection second = this.application.primary().getConnection()) {
			assertThat(write(first)).isEqualTo("25006");
			assertThat(write(second)).isNull();
		}
		for (int i = 0; i < 8; i++) {
			assertThat(write()).isNull();
		}
	}

	@Test
	void whenTheApplicationItselfMadeATransactionReadOnlyThenNoConnectionIsAskedForItsRole() throws SQLException {
		relate();
		ask(this.application.primary(), "SELECT 1");
		this.master.refuse((sql) -> sql.startsWith("INSERT") ? new Refusal("25006", "read-only transaction") : null);
		long before = roleQuestions();
		for (int i = 0; i < WRITES; i++) {
			assertThat(write()).isEqualTo("25006");
		}
		assertThat(roleQuestions() - before).as("one a second, of the server").isLessThan(WRITES / 5);
	}

	private void relate() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	private long roleQuestions() {
		return this.master.statements()
			.stream()
			.filter((statement) -> StandInServer.isRoleQuestion(statement.sql()))
			.count();
	}

	private @Nullable String write() throws SQLException {
		try (Connection connection = this.application.primary().getConnection()) {
			return write(connection);
		}
	}

	private static @Nullable String write(Connection connection) {
		try {
			execute(connection, "INSERT INTO notes VALUES (1)");
			return null;
		}
		catch (SQLException ex) {
			return ex.getSQLState();
		}
	}

}
