package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.jujupgsql.standin.StandInServer.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for connections that break while they are lent: what the application is told,
 * what the log says, and that they are not lent again.
 */
class BrokenConnectionsTests {

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private StandInApplication application = StandInApplication.with().start();

	@BeforeEach
	void followLog() {
		this.log.start();
		root().addAppender(this.log);
	}

	@AfterEach
	void leaveLog() {
		root().detachAppender(this.log);
	}

	private static Logger root() {
		return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

	@Test
	void whenTheServerEndsSessionsInTransactionsThenTheLogSaysSoInOneLine() {
		relate();
		TransactionTemplate transactions = new TransactionTemplate(
				new JdbcTransactionManager(this.application.primary()));
		JdbcTemplate jdbc = new JdbcTemplate(this.application.primary());
		for (int i = 0; i < 4; i++) {
			assertThat(catchThrowable(() -> transactions.executeWithoutResult((status) -> {
				jdbc.update("INSERT INTO notes VALUES (1)");
				this.master.terminateSessions();
				jdbc.update("INSERT INTO notes VALUES (2)");
			}))).hasMessageContaining("INSERT INTO notes VALUES (2)");
		}
		assertThat(warnings()).singleElement()
			.satisfies((event) -> assertThat(event.getFormattedMessage()).contains(this.master.address())
				.contains("SQLSTATE")
				.doesNotContain("\n"))
			.satisfies((event) -> assertThat(event.getThrowableProxy()).isNull());
	}

	@Test
	void whenTheServerDiesUnderTransactionsThenTheLogSaysSoInOneLine() throws SQLException {
		relate();
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			Connection connection = this.application.primary().getConnection();
			connection.setAutoCommit(false);
			execute(connection, "INSERT INTO notes VALUES (1)");
			connections.add(connection);
		}
		this.master.crash();
		for (Connection connection : connections) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, "SELECT 1"));
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, "SELECT 1"));
			assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
			assertThatExceptionOfType(SQLException.class).as("it would commit")
				.isThrownBy(() -> connection.setAutoCommit(true));
			assertThatNoException().isThrownBy(connection::rollback);
			assertThatNoException().isThrownBy(() -> connection.setAutoCommit(true));
			assertThatNoException().isThrownBy(connection::close);
		}
		assertThat(warnings()).singleElement()
			.satisfies((event) -> assertThat(event.getFormattedMessage()).contains(this.master.address()));
	}

	@Test
	void whenARollbackIsTheFirstToMeetAnEndedSessionThenItSucceedsAndTheConnectionIsNotLentAgain() throws SQLException {
		relate();
		Set<String> dead = new TreeSet<>();
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Connection connection = this.application.primary().getConnection();
			connection.setAutoCommit(false);
			dead.add(ask(connection, "SELECT pg_backend_pid()"));
			connections.add(connection);
		}
		this.master.terminateSessions();
		for (Connection connection : connections) {
			assertThatNoException().isThrownBy(connection::rollback);
			assertThatNoException().isThrownBy(connection::close);
		}
		for (int i = 0; i < 8; i++) {
			assertThat(dead).doesNotContain(ask(this.application.primary(), "SELECT pg_backend_pid()"));
		}
	}

	@Test
	void whenAConnectionIsReturnedWithOpenStatementsAfterItBrokeThenTheLogSaysSoInOneLine() throws SQLException {
		relate();
		try (Connection connection = this.application.primary().getConnection();
				Statement statement = connection.createStatement();
				Statement other = connection.createStatement()) {
			ResultSet result = other.executeQuery("SELECT 1");
			assertThat(result.next()).isTrue();
			this.master.terminateSessions();
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("SELECT 1"));
		}
		assertThat(ask(this.application.primary(), "SELECT 1")).isEqualTo("1");
		assertThat(warnings()).hasSize(1);
	}

	@Test
	void whenAConnectionIsAbortedBehindThePoolsBackThenItIsNotLentAgain() throws SQLException {
		relate();
		String before;
		try (Connection connection = this.application.primary().getConnection()) {
			before = ask(connection, "SELECT pg_backend_pid()");
			connection.unwrap(Connection.class).abort(Runnable::run);
		}
		for (int i = 0; i < 8; i++) {
			assertThat(ask(this.application.primary(), "SELECT pg_backend_pid()")).isNotEqualTo(before);
		}
	}

	@Test
	void whenIdleConnectionsAreEndedThenTheyAreReplacedWithoutAWarningOfHikariCp() {
		relate();
		String before = asked();
		this.master.terminateSessions();
		// it looks at those that have not been used for half a second
		await().pollDelay(Duration.ofMillis(600)).until(() -> !asked().equals(before));
		assertThat(warnings()).extracting(ILoggingEvent::getLoggerName)
			.noneMatch((name) -> name.startsWith("com.zaxxer"));
	}

	@Test
	void whenAFunctionReportsABrokenConnectionOfItsOwnThenOursServesOn() throws SQLException {
		relate();
		String before = asked();
		this.master.refuse((sql) -> sql.startsWith("INSERT") ? new Refusal("08001", "could not connect") : null);
		try (Connection connection = this.application.primary().getConnection()) {
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> execute(connection, "INSERT INTO notes VALUES (1)"));
			assertThat(ask(connection, "SELECT 1")).isEqualTo("1");
		}
		assertThat(asked()).isEqualTo(before);
	}

	@Test
	void theApplicationsOwnSqlExceptionOverrideStillDecides() throws SQLException {
		this.application.close();
		this.application = StandInApplication.with()
			.hikari((config) -> config.setExceptionOverrideClassName(EvictEverything.class.getName()))
			.start();
		relate();
		String before;
		try (Connection connection = this.application.primary().getConnection()) {
			before = ask(connection, "SELECT pg_backend_pid()");
			this.master.refuse((sql) -> sql.startsWith("INSERT") ? new Refusal("22012", "division by zero") : null);
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> execute(connection, "INSERT INTO notes VALUES (1)"));
			assertThat(connection.isClosed()).isTrue();
		}
		assertThat(asked()).isNotEqualTo(before);
	}

	private void relate() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	private String asked() {
		try {
			return ask(this.application.primary(), "SELECT pg_backend_pid()");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private List<ILoggingEvent> warnings() {
		return this.log.list.stream().filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN)).toList();
	}

	/**
	 * What an application can configure.
	 */
	public static final class EvictEverything implements SQLExceptionOverride {

		@java.lang.Override
		public Override adjudicate(SQLException fault) {
			return Override.MUST_EVICT;
		}

	}

}
