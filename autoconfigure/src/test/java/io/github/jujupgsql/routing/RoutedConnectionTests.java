package io.github.jujupgsql.routing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.datasource.PrimaryDataSource;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionProxy;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for connections that are routed, without and with a transaction manager.
 */
class RoutedConnectionTests {

	private static final String PORT = "SELECT inet_server_port()";

	@SuppressWarnings("NullAway.Init")
	private static PgsqlCluster cluster;

	@SuppressWarnings("NullAway.Init")
	private static AnnotationConfigApplicationContext context;

	@SuppressWarnings("NullAway.Init")
	private static DataSource dataSource;

	@BeforeAll
	static void start(@TempDir Path folder) throws SQLException {
		cluster = PgsqlCluster.start(1);
		try (Connection connection = cluster.master().connection()) {
			execute(connection, "CREATE TABLE t (i int)");
		}
		cluster.awaitReplayed();
		RelationFile relation = RelationFile.at(folder.resolve("relation.json"), cluster);
		relation.write();
		context = new AnnotationConfigApplicationContext();
		TestPropertyValues
			.of("juju.pgsql.relation-file=" + relation.path(), "juju.pgsql.route-read-only-transactions=true",
					"spring.datasource.hikari.maximum-pool-size=2")
			.applyTo(context);
		context.register(PgsqlAutoConfiguration.class);
		context.refresh();
		dataSource = context.getBean(DataSource.class);
		await().until(() -> !roles().replicas().isEmpty());
	}

	@AfterAll
	static void stop() {
		context.close();
		cluster.close();
	}

	@AfterEach
	void everyConnectionWasGivenBack() {
		await().untilAsserted(() -> assertThat(inUse()).isZero());
	}

	@Test
	void withoutBeingReadOnlyAConnectionIsThePrimarys() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(connection.isReadOnly()).isFalse();
			assertOnPrimary(connection);
			execute(connection, "INSERT INTO t VALUES (1)");
		}
	}

	@Test
	void aReadOnlyConnectionIsAReplicas() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setReadOnly(true);
			assertThat(connection.isReadOnly()).isTrue();
			assertOnStandby(connection);
			assertThat(connection.isReadOnly()).isTrue();
			assertThat(refused(() -> execute(connection, "INSERT INTO t VALUES (1)"))).isEqualTo("25006");
		}
	}

	@Test
	void untilAStatementAsksForItNothingIsBorrowed() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setReadOnly(true);
			connection.setAutoCommit(false);
			assertThat(connection.getAutoCommit()).isFalse();
			connection.getMetaData();
			connection.commit();
			connection.rollback();
			connection.setReadOnly(false);
			assertThat(connection.isReadOnly()).isFalse();
			assertThat(connection.isClosed()).isFalse();
			assertThat(inUse()).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatWasAskedForMetadataIsNotTiedToThatServer(boolean autoCommit) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(autoCommit);
			assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
			connection.setReadOnly(true);
			assertOnStandby(connection);
			assertThat(inUse()).isOne();
		}
	}

	@Test
	void whatWasAskedForTablesIsNotTiedToThatServer() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(hasTable(connection.getMetaData())).isTrue();
			assertThat(connection.getSchema()).isEqualTo("public");
			assertThat(connection.isValid(1)).isTrue();
			connection.setReadOnly(true);
			assertOnStandby(connection);
		}
	}

	@Test
	void aReadOnlyConnectionThatIsAskedForMetadataIsAReplicas() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setReadOnly(true);
			connection.setAutoCommit(false);
			assertThat(hasTable(connection.getMetaData())).isTrue();
			assertOnStandby(connection);
			connection.commit();
		}
	}

	@Test
	void metadataThatWasKeptIsThatOfTheServerInUse() throws SQLException {
		standby().pauseReplay();
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, "CREATE TABLE late (i int)");
			DatabaseMetaData metaData = connection.getMetaData();
			assertThat(hasTable(metaData, "late")).isTrue();
			connection.setReadOnly(true);
			assertThat(hasTable(metaData, "late")).isFalse();
			assertThat(metaData.getConnection()).isSameAs(connection);
			assertThat(metaData).isEqualTo(metaData).isNotEqualTo(connection.getMetaData());
		}
		finally {
			standby().resumeReplay();
		}
	}

	@Test
	void betweenTransactionsAConnectionChangesServers() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			for (int i = 0; i < 3; i++) {
				connection.setReadOnly(true);
				connection.setAutoCommit(false);
				assertOnStandby(connection);
				connection.commit();
				connection.setAutoCommit(true);
				connection.setReadOnly(false);
				connection.setAutoCommit(false);
				assertOnPrimary(connection);
				connection.rollback();
				connection.setAutoCommit(true);
			}
			assertThat(inUse()).isOne();
		}
	}

	@Test
	void inATransactionAConnectionStaysWhereItIs() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(false);
			execute(connection, "INSERT INTO t VALUES (2)");
			assertThat(refused(() -> connection.setReadOnly(true))).isEqualTo("25001");
			assertThat(connection.isReadOnly()).isFalse();
			assertOnPrimary(connection);
			connection.commit();
			assertThat(ask(connection, "SELECT count(*) FROM t WHERE i = 2")).isEqualTo("1");
			connection.commit();
			connection.setReadOnly(true);
			assertOnStandby(connection);
			assertThat(refused(() -> connection.setReadOnly(false))).isEqualTo("25001");
			assertOnStandby(connection);
			connection.rollback();
		}
	}

	@Test
	void aTransactionThatWasBegunBehindTheDriversBackIsKept() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			execute(connection, "BEGIN");
			execute(connection, "INSERT INTO t VALUES (3)");
			assertThat(refused(() -> connection.setReadOnly(true))).isEqualTo("25001");
			execute(connection, "COMMIT");
			assertThat(ask(connection, "SELECT count(*) FROM t WHERE i = 3")).isEqualTo("1");
		}
	}

	@Test
	void whatAStatementFromBeforeHasWrittenIsCommitted() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(false);
			try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (4)")) {
				connection.setReadOnly(true);
				insert.executeUpdate();
				connection.commit();
			}
			assertOnStandby(connection);
			connection.rollback();
			connection.setReadOnly(false);
			assertThat(ask(connection, "SELECT count(*) FROM t WHERE i = 4")).isEqualTo("1");
			connection.rollback();
		}
	}

	@Test
	void settingsComeAlong() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setSchema("pg_catalog");
			connection.setAutoCommit(false);
			connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
			connection.setNetworkTimeout(Runnable::run, 54321);
			assertOnPrimary(connection);
			connection.rollback();
			connection.setReadOnly(true);
			assertOnStandby(connection);
			assertThat(connection.getSchema()).isEqualTo("pg_catalog");
			assertThat(connection.getAutoCommit()).isFalse();
			assertThat(ask(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
			assertThat(connection.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
			assertThat(connection.getNetworkTimeout()).isEqualTo(54321);
			connection.rollback();
			connection.setSchema("public");
			connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
			connection.commit();
		}
	}

	@Test
	void settingsStayWithNoConnectionThatIsGivenBackMeanwhile() throws SQLException {
		String backend;
		try (Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(false);
			connection.setSchema("pg_catalog");
			connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
			backend = ask(connection, "SELECT pg_backend_pid()");
			connection.commit();
			connection.setReadOnly(true);
			assertOnStandby(connection);
			connection.commit();
			connection.setSchema("public");
			connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
			connection.commit();
		}
		try (Connection connection = dataSource.getConnection()) {
			assertThat(ask(connection, "SELECT pg_backend_pid()")).isEqualTo(backend);
			assertThat(connection.getSchema()).isEqualTo("public");
			assertThat(connection.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
			assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
			assertThat(connection.getAutoCommit()).isTrue();
		}
	}

	@Test
	void aClosedConnectionStaysClosed() throws SQLException {
		Connection used = dataSource.getConnection();
		DatabaseMetaData metaData = used.getMetaData();
		assertOnPrimary(used);
		Connection unused = dataSource.getConnection();
		for (Connection connection : List.of(used, unused)) {
			connection.close();
			connection.setReadOnly(true);
			assertThat(connection.isClosed()).isTrue();
			assertThatExceptionOfType(SQLException.class).isThrownBy(connection::createStatement);
			assertThatExceptionOfType(SQLException.class).isThrownBy(connection::getMetaData);
			connection.close();
		}
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> hasTable(metaData));
	}

	@Test
	void aConnectionThatIsNoMoreIsNotInTheWay() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			connection.setAutoCommit(false);
			assertThat(refused(() -> execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())")))
				.startsWith("57");
			connection.setReadOnly(true);
			assertOnStandby(connection);
			connection.rollback();
		}
	}

	@Test
	void theServersConnectionCanBeHad() throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(connection.unwrap(ConnectionProxy.class)).isSameAs(connection);
			assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
			connection.setReadOnly(true);
			int backend = connection.unwrap(PGConnection.class).getBackendPID();
			assertThat(ask(connection, "SELECT pg_backend_pid()")).isEqualTo(String.valueOf(backend));
			assertThat(((ConnectionProxy) connection).getTargetConnection().isReadOnly()).isTrue();
			assertThat(connection).isEqualTo(connection)
				.isNotEqualTo(((ConnectionProxy) connection).getTargetConnection());
		}
	}

	@Test
	void theDataSourceIsAWrapperOfThePrimarys() throws SQLException {
		assertThat(dataSource.unwrap(PrimaryDataSource.class)).isNotNull();
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(() -> dataSource.getConnection("somebody", "else"));
	}

	@Test
	void theTransactionsOfATransactionAwareDataSourceAreRouted() {
		DataSource aware = new TransactionAwareDataSourceProxy(dataSource);
		assertThat(inTransaction(dataSource, true, () -> askIn(aware))).isEqualTo(standby().port());
		assertThat(inTransaction(dataSource, false, () -> askIn(aware))).isEqualTo(cluster.master().port());
	}

	@Test
	void aConnectionBesidesTheTransactionIsThePrimarys() {
		assertThat(inTransaction(dataSource, true, () -> askIn(dataSource))).isEqualTo(cluster.master().port());
	}

	@Test
	void whatSpringBootMakesLazyOnceMoreIsRoutedAsWell() {
		DataSource twice = new LazyConnectionDataSourceProxy(dataSource);
		JdbcTemplate template = new JdbcTemplate(twice);
		for (int i = 0; i < 2; i++) {
			assertThat(inTransaction(twice, true, () -> template.queryForObject(PORT, Integer.class)))
				.isEqualTo(standby().port());
			assertThat(inTransaction(twice, false, () -> template.queryForObject(PORT, Integer.class)))
				.isEqualTo(cluster.master().port());
		}
	}

	@Test
	void aReplicaKnowsNoSerializableTransactions() {
		TransactionTemplate serializable = transaction(dataSource, true);
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		JdbcTemplate template = new JdbcTemplate(dataSource);
		assertThat(catchThrowable(
				() -> serializable.execute((status) -> template.queryForObject("SELECT count(*) FROM t", Long.class))))
			.rootCause()
			.hasMessageContaining("hot standby");
		TransactionTemplate repeatable = transaction(dataSource, true);
		repeatable.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
		String isolation = repeatable
			.execute((status) -> template.queryForObject("SHOW transaction_isolation", String.class));
		assertThat(isolation).isEqualTo("repeatable read");
	}

	private static <T> T inTransaction(DataSource dataSource, boolean readOnly, Supplier<T> work) {
		return transaction(dataSource, readOnly).execute((status) -> work.get());
	}

	private static TransactionTemplate transaction(DataSource dataSource, boolean readOnly) {
		TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		template.setReadOnly(readOnly);
		return template;
	}

	private static int askIn(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			return Integer.parseInt(ask(connection, PORT));
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void assertOnPrimary(Connection connection) throws SQLException {
		assertThat(ask(connection, PORT)).isEqualTo(String.valueOf(cluster.master().port()));
	}

	private static void assertOnStandby(Connection connection) throws SQLException {
		assertThat(ask(connection, PORT)).isEqualTo(String.valueOf(standby().port()));
		assertThat(ask(connection, "SELECT pg_is_in_recovery()")).isEqualTo("t");
	}

	private static PgsqlServer standby() {
		return cluster.standbys().get(0);
	}

	private static boolean hasTable(DatabaseMetaData metaData) throws SQLException {
		return hasTable(metaData, "t");
	}

	private static boolean hasTable(DatabaseMetaData metaData, String name) throws SQLException {
		try (ResultSet tables = metaData.getTables(null, null, name, null)) {
			return tables.next();
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

	private static String refused(ThrowingCallable call) {
		Throwable thrown = catchThrowable(call);
		assertThat(thrown).isInstanceOf(SQLException.class);
		return ((SQLException) thrown).getSQLState();
	}

	private static RoleTable roles() {
		return context.getBean(ServerPools.class).getRoles().current();
	}

	private static int inUse() {
		return ConnectionsInUse.of(roles());
	}

}
