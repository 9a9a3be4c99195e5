package io.github.jujupgsql.routing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what a connection is like that a routed one has given back on its way to the
 * other server: as it was when it was borrowed.
 */
class RoutedSettingsTests {

	private static final String SCHEMA = "spring.datasource.hikari.schema=app";

	private static final String INIT_SQL = "spring.datasource.hikari.connection-init-sql=";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(1);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@BeforeAll
	static void createSchemas() throws SQLException {
		try (Connection connection = cluster.master().connection()) {
			execute(connection, "CREATE SCHEMA app");
			execute(connection, "CREATE SCHEMA \"te;nant\"");
		}
		cluster.awaitReplayed();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { SCHEMA + " | app", SCHEMA + " | te;nant", INIT_SQL + "SET search_path TO app, public | te;nant",
					INIT_SQL + "SET search_path TO app, public | app", INIT_SQL + "SET search_path TO '' | app",
					INIT_SQL + "SET search_path TO \"te;nant\", \"$user\" | app", INIT_SQL + "SELECT 1 | app" })
	void theSchemaThatWasThereBeforeComesBack(String property, String schema) throws Exception {
		forBothServers((dataSource, readOnlyFirst) -> {
			Seen before = see(dataSource, readOnlyFirst);
			changeServers(dataSource, readOnlyFirst, (connection) -> connection.setSchema(schema));
			assertThat(see(dataSource, readOnlyFirst)).isEqualTo(before);
		}, property);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theSchemaComesAlongWhetherOrNotTransactionsHaveToBeCommitted(boolean autoCommit) throws Exception {
		forBothServers((dataSource, readOnlyFirst) -> {
			Seen before = see(dataSource, readOnlyFirst);
			try (Connection connection = dataSource.getConnection()) {
				connection.setSchema("app");
				connection.setReadOnly(readOnlyFirst);
				assertThat(connection.getSchema()).isEqualTo("app");
				execute(connection, "SELECT 1");
				rollback(connection);
				assertThat(ask(connection, "SELECT current_schema()")).isEqualTo("app");
				rollback(connection);
				connection.setReadOnly(!readOnlyFirst);
				assertThat(ask(connection, "SELECT current_schema()")).isEqualTo("app");
				rollback(connection);
				connection.setReadOnly(readOnlyFirst);
				connection.setSchema(null);
				assertThat(ask(connection, "SELECT current_schema()")).isEqualTo("public");
				if (!autoCommit) {
					connection.commit();
				}
			}
			assertThat(see(dataSource, readOnlyFirst)).isEqualTo(before);
		}, "spring.datasource.hikari.auto-commit=" + autoCommit);
	}

	@Test
	void allOtherSettingsThatWereThereBeforeComeBack() throws Exception {
		forBothServers((dataSource, readOnlyFirst) -> {
			Seen before = see(dataSource, readOnlyFirst);
			assertThat(before.isolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
			changeServers(dataSource, readOnlyFirst, (connection) -> {
				connection.setCatalog("other");
				connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
				connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
				connection.setNetworkTimeout(Runnable::run, 54321);
				connection.setAutoCommit(true);
			});
			assertThat(see(dataSource, readOnlyFirst)).isEqualTo(before);
		}, "spring.datasource.hikari.auto-commit=false",
				"spring.datasource.hikari.transaction-isolation=TRANSACTION_REPEATABLE_READ");
	}

	/**
	 * Uses a server with settings, then the other one, where the application undoes them.
	 */
	private static void changeServers(DataSource dataSource, boolean readOnlyFirst, Settings settings)
			throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setReadOnly(readOnlyFirst);
			execute(connection, "SELECT 1");
			rollback(connection);
			settings.on(connection);
			execute(connection, "SELECT 1");
			rollback(connection);
			connection.setReadOnly(!readOnlyFirst);
			execute(connection, "SELECT 1");
			rollback(connection);
		}
	}

	private static Seen see(DataSource dataSource, boolean readOnly) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setReadOnly(readOnly);
			String path = ask(connection, "SHOW search_path");
			String backend = ask(connection, "SELECT pg_backend_pid()");
			Seen seen = new Seen(backend, path, connection.getCatalog(), connection.getHoldability(),
					connection.getTransactionIsolation(), connection.getNetworkTimeout(), connection.getAutoCommit());
			rollback(connection);
			return seen;
		}
	}

	private static void rollback(Connection connection) throws SQLException {
		if (!connection.getAutoCommit()) {
			connection.rollback();
		}
	}

	private void forBothServers(Work work, String... properties) throws Exception {
		RelationFile relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		relation.write();
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues
				.of("juju.pgsql.relation-file=" + relation.path(), "juju.pgsql.route-read-only-transactions=true",
						"spring.datasource.hikari.maximum-pool-size=1")
				.and(properties)
				.applyTo(context);
			context.register(PgsqlAutoConfiguration.class);
			context.refresh();
			DataSource dataSource = context.getBean(DataSource.class);
			await().until(() -> !context.getBean(ServerPools.class).getRoles().current().replicas().isEmpty());
			work.with(dataSource, false);
			work.with(dataSource, true);
		}
	}

	private static String ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			assertThat(result.next()).isTrue();
			return result.getString(1);
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private interface Work {

		void with(DataSource dataSource, boolean readOnlyFirst) throws SQLException;

	}

	private interface Settings {

		void on(Connection connection) throws SQLException;

	}

	private record Seen(String backend, String searchPath, String catalog, int holdability, int isolation,
			int networkTimeout, boolean autoCommit) {

	}

}
