package io.github.jujupgsql.datasource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how often a {@link RoutedConnection} tries to borrow, each of which may take
 * a whole connection timeout.
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
