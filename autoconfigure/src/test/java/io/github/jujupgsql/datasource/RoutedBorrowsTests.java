package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import io.github.jujupgsql.standin.StandInServer.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how often a {@link RoutedConnection} tries to borrow, each of which may take
 * a whole connection timeout, and for what it does with what it has borrowed.
 */
class RoutedBorrowsTests {

	private final Unavailable primary = new Unavailable();

	private final Unavailable replicas = new Unavailable();

	private final DataSource routing = new RoutingDataSource(this.primary, this.replicas, true,
			Connection.TRANSACTION_READ_COMMITTED);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThereIsNoServerThenATransactionWaitsForOneOnce(boolean readOnly) {
		JdbcTemplate template = new JdbcTemplate(this.routing);
		TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(this.routing));
		transaction.setReadOnly(readOnly);
		assertThatException()
			.isThrownBy(() -> transaction.executeWithoutResult((status) -> template.execute("SELECT 1")))
			.withRootCauseInstanceOf(SQLTransientConnectionException.class);
		assertThat(this.replicas.attempts).hasValue(readOnly ? 1 : 0);
		assertThat(this.primary.attempts).hasValue(readOnly ? 0 : 1);
	}

	@Test
	void whenThereIsNoServerThenEachUseTriesOnceMoreAndNothingElseDoes() throws SQLException {
		try (Connection connection = this.routing.getConnection()) {
			connection.setReadOnly(true);
			for (int i = 1; i <= 3; i++) {
				assertThatExceptionOfType(SQLTransientConnectionException.class)
					.isThrownBy(() -> connection.unwrap(PGConnection.class));
				connection.rollback();
				connection.setReadOnly(false);
				connection.setAutoCommit(true);
				connection.setReadOnly(true);
				assertThat(this.replicas.attempts).hasValue(i);
			}
		}
		assertThat(this.primary.attempts).hasValue(0);
	}

	@Test
	void whatIsKnownIsToldWithoutAServer() throws SQLException {
		try (Connection connection = this.routing.getConnection()) {
			assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
			assertThat(connection.getAutoCommit()).isTrue();
			connection.setCatalog("catalog");
			connection.setSchema("schema");
			connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
			connection.setNetworkTimeout(Runnable::run, 1234);
			connection.setClientInfo("ApplicationName", "application");
			assertThat(connection.getCatalog()).isEqualTo("catalog");
			assertThat(connection.getSchema()).isEqualTo("schema");
			assertThat(connection.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
			assertThat(connection.getNetworkTimeout()).isEqualTo(1234);
		}
		assertThat(this.primary.attempts).hasValue(0);
	}

	@Test
	void aConnectionThatCannotBeMadeWhatItWasIsNotLentAgain() throws SQLException {
		try (StandInServer master = StandInServer.master();
				StandInServer standby = StandInServer.standby();
				StandInApplication application = StandInApplication.with().primarySize(1, 0).start()) {
			application.relate(master, standby);
			application.awaitPrimary(master);
			application.awaitReplicas(standby);
			DataSource dataSource = new RoutingDataSource(application.primary(), application.replica(), true, null);
			master.refuse((sql) -> sql.contains("set_config") ? new Refusal("XX000", "not now") : null);
			String session;
			try (Connection connection = dataSource.getConnection()) {
				connection.setSchema("app");
				session = ask(connection, "SELECT pg_backend_pid()");
				connection.setReadOnly(true);
				ask(connection, "SELECT 1");
			}
			assertThat(ask(dataSource, "SELECT pg_backend_pid()")).isNotEqualTo(session);
		}
	}

	@Test
	void whenTheSchemaCannotBeSetThenNoStatementRunsInAnother() throws SQLException {
		try (StandInServer master = StandInServer.master();
				StandInApplication application = StandInApplication.with().primarySize(1, 0).start()) {
			application.relate(master);
			application.awaitPrimary(master);
			DataSource dataSource = new RoutingDataSource(application.primary(), application.replica(), true, null);
			master.refuse((sql) -> sql.contains("'app'") ? new Refusal("XX000", "not now") : null);
			try (Connection connection = dataSource.getConnection()) {
				connection.setSchema("app");
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> ask(connection, "SELECT 1"));
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> ask(connection, "SELECT 1"));
				master.refuse((sql) -> null);
				assertThat(ask(connection, "SELECT 2")).isEqualTo("2");
			}
			assertThat(master.statements()).noneMatch((statement) -> statement.sql().equals("SELECT 1"));
		}
	}

	/**
	 * Has nothing to lend.
	 */
	private static final class Unavailable extends AbstractDataSource {

		private final AtomicInteger attempts = new AtomicInteger();

		@Override
		public Connection getConnection() throws SQLException {
			this.attempts.incrementAndGet();
			throw new SQLTransientConnectionException("timed out");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

}
