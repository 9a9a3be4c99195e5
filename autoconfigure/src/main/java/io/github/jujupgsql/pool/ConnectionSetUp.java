package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What HikariCP does to each connection before it lends it, to be tried out on a
 * connection that is thrown away afterwards. HikariCP does not say which of its settings
 * a server has refused, and some it logs as errors.
 */
final class ConnectionSetUp {

	private static final String PREFIX = "spring.datasource.hikari.";

	/** The connection, the credentials, the server's resources, its shutting down. */
	private static final Set<String> NOT_ABOUT_SETTINGS = Set.of("08", "28", "53", "57", "58");

	private final HikariConfig config;

	private final Duration timeout;

	/**
	 * Create the set-up.
	 * @param config says what HikariCP does
	 */
	ConnectionSetUp(HikariConfig config) {
		this.config = config;
		this.timeout = Duration.ofMillis(config.getValidationTimeout());
	}

	/**
	 * Return whether a standby may refuse it although a primary does not.
	 * @return whether statements are executed, or transactions are serializable
	 */
	boolean mayFailInRecovery() {
		return this.config.getConnectionInitSql() != null || this.config.getConnectionTestQuery() != null || Objects
			.equals(HikariTemplate.transactionIsolation(this.config), Connection.TRANSACTION_SERIALIZABLE);
	}

	/**
	 * Do it, in HikariCP's order.
	 * @param connection a connection to be thrown away
	 * @param where what to call the server's state
	 * @return the property that the server refuses and what it says, or {@code null} if
	 * it refuses none
	 * @throws SQLException if the connection breaks
	 */
	@Nullable String tryOn(Connection connection, String where) throws SQLException {
		connection.setNetworkTimeout(Runnable::run, (int) this.timeout.toMillis());
		for (Setting setting : settings()) {
			try {
				setting.step().on(connection);
			}
			catch (SQLException ex) {
				if (!isRefusal(ex)) {
					throw ex;
				}
				return PREFIX + setting.property() + " fails " + where + ": " + describe(ex);
			}
		}
		return null;
	}

	private List<Setting> settings() {
		return List.of(new Setting("read-only", (connection) -> connection.setReadOnly(this.config.isReadOnly())),
				new Setting("auto-commit", (connection) -> connection.setAutoCommit(this.config.isAutoCommit())),
				new Setting("connection-test-query", this::testQuery),
				new Setting("transaction-isolation", this::setIsolation),
				new Setting("catalog", (connection) -> connection.setCatalog(this.config.getCatalog())),
				new Setting("schema", this::setSchema), new Setting("connection-init-sql", this::initSql));
	}

	private void testQuery(Connection connection) throws SQLException {
		if (execute(connection, this.config.getConnectionTestQuery())) {
			connection.rollback();
		}
	}

	private void setIsolation(Connection connection) throws SQLException {
		Integer isolation = HikariTemplate.transactionIsolation(this.config);
		if (isolation != null) {
			connection.setTransactionIsolation(isolation);
			// a server refuses it only when there is something to be isolated
			RoleCheck.ask(connection, this.timeout, RoleQuery.ROLE);
		}
	}

	private void setSchema(Connection connection) throws SQLException {
		if (this.config.getSchema() != null) {
			connection.setSchema(this.config.getSchema());
		}
	}

	private void initSql(Connection connection) throws SQLException {
		if (execute(connection, this.config.getConnectionInitSql())) {
			connection.commit();
		}
		if (this.config.getConnectionInitSql() != null) {
			// which may have set something that makes every query fail
			RoleCheck.ask(connection, this.timeout, RoleQuery.ROLE);
		}
	}

	/**
	 * Execute a statement as HikariCP does.
	 * @return whether to end its transaction
	 */
	private boolean execute(Connection connection, @Nullable String sql) throws SQLException {
		if (sql == null) {
			return false;
		}
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		return this.config.isIsolateInternalQueries() && !this.config.isAutoCommit();
	}

	/**
	 * Return whether a server has refused what it was told to do, while the connection
	 * was good.
	 * @param fault what it said
	 * @return whether that is about a setting
	 */
	static boolean isRefusal(SQLException fault) {
		String state = fault.getSQLState();
		return state != null && state.length() == 5 && !NOT_ABOUT_SETTINGS.contains(state.substring(0, 2));
	}

	/**
	 * Say in one line why a server has refused something. What it says beyond that may
	 * quote values.
	 * @param fault what it said
	 * @return its message and the SQLSTATE
	 */
	static String describe(SQLException fault) {
		ServerErrorMessage told = (fault instanceof PSQLException ex) ? ex.getServerErrorMessage() : null;
		String message = (told != null) ? told.getMessage() : fault.getMessage();
		return String.valueOf(message).lines().findFirst().orElse("") + " (SQLSTATE " + fault.getSQLState() + ")";
	}

	/**
	 * One step.
	 *
	 * @param property what configures it
	 * @param step does it
	 */
	private record Setting(String property, Step step) {

	}

	/**
	 * Does something to a connection.
	 */
	private interface Step {

		void on(Connection connection) throws SQLException;

	}

}
