package io.github.jujupgsql.pool;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.driver.FenceableSocketFactory;
import io.github.jujupgsql.driver.TlsServer;
import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.DriverProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of open connections when their server is cut off.
 */
class CutOffTests {

	private static final String DISABLE = "sslmode=disable";

	private static final String SLEEP = "SELECT pg_sleep(600)";

	private static final String SLEEPERS = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '"
			+ SLEEP + "'";

	private static final String REQUIRE = "sslmode=require";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path folder;

	@SuppressWarnings("NullAway.Init")
	static TlsServer server;

	@BeforeAll
	static void start() throws SQLException, GeneralSecurityException {
		server = TlsServer.start(folder);
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void createTable() throws SQLException {
		ask("DROP TABLE IF EXISTS written; CREATE TABLE written (i int); GRANT ALL ON written TO PUBLIC; SELECT 1");
	}

	@ParameterizedTest
	@ValueSource(strings = { DISABLE, REQUIRE })
	void whoWaitsForAnAnswerComesBack(String sslmode) throws Exception {
		ServerConnections connections = connections(sslmode);
		Connection connection = connections.getDialler().open();
		CompletableFuture<Throwable> sleeping = CompletableFuture
			.supplyAsync(() -> catchThrowable(() -> execute(connection, SLEEP)));
		await().until(() -> ask(SLEEPERS).equals("1"));
		assertThat(connections.fenceAll()).isOne();
		isBroken(sleeping.get(10, TimeUnit.SECONDS));
		assertThat(connection.isClosed()).isTrue();
		connections.abortAll();
		// it looks at its client only when it has slept
		ask("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query = '" + SLEEP + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { DISABLE, REQUIRE })
	void nothingOfAnOpenTransactionGetsToTheServer(String sslmode) throws SQLException {
		ServerConnections connections = connections(sslmode);
		Connection connection = connections.getDialler().open();
		connection.setAutoCommit(false);
		execute(connection, "INSERT INTO written VALUES (1)");
		connections.fenceAll();
		isBroken(catchThrowable(connection::commit));
		assertNothingIsWritten(connections);
	}

	@ParameterizedTest
	@ValueSource(strings = { DISABLE, REQUIRE })
	void nothingThatIsBegunLaterGetsToTheServer(String sslmode) throws SQLException {
		ServerConnections connections = connections(sslmode);
		Connection connection = connections.getDialler().open();
		connections.fenceAll();
		isBroken(catchThrowable(() -> execute(connection, "INSERT INTO written VALUES (1)")));
		assertThat(connection.isValid(10)).isFalse();
		assertNothingIsWritten(connections);
	}

	@ParameterizedTest
	@ValueSource(strings = { DISABLE, REQUIRE })
	void theServerHearsOfItWhenTheConnectionsAreAborted(String sslmode) throws SQLException {
		ServerConnections connections = connections(sslmode);
		connections.getDialler().open();
		Connection closed = connections.getDialler().open();
		connections.fenceAll();
		// as HikariCP does with what is evicted
		assertThatExceptionOfType(SQLException.class).isThrownBy(closed::close);
		await().during(Duration.ofMillis(200)).until(() -> sessions() == 2);
		connections.abortAll();
		await().until(() -> sessions() == 0);
	}

	@Test
	void withASocketFactoryOfTheApplicationItIsTheSame() throws SQLException {
		Properties properties = properties(DISABLE);
		properties.setProperty("socketFactory", OwnSocketFactory.class.getName());
		ServerConnections connections = new ServerConnections("server", properties, Duration.ofSeconds(30), Set.of(),
				PoolTimes.DEFAULT, Ticker.SYSTEM);
		int before = OwnSocketFactory.sockets;
		Connection connection = connections.getDialler().open();
		assertThat(OwnSocketFactory.sockets).isEqualTo(before + 1);
		connection.setAutoCommit(false);
		execute(connection, "INSERT INTO written VALUES (1)");
		assertThat(connections.fenceAll()).isOne();
		isBroken(catchThrowable(connection::commit));
		assertNothingIsWritten(connections);
	}

	@Test
	void whatIsOpenedAfterwardsIsOfNoUse() throws SQLException {
		ServerConnections connections = connections(DISABLE);
		connections.fenceAll();
		assertThatExceptionOfType(SQLException.class).isThrownBy(connections.getDialler()::open)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08003"));
	}

	private static void assertNothingIsWritten(ServerConnections connections) throws SQLException {
		connections.abortAll();
		await().until(() -> sessions() == 0);
		assertThat(ask("SELECT count(*) FROM written")).isEqualTo("0");
	}

	private static void isBroken(Throwable fault) {
		assertThat(fault).isInstanceOfSatisfying(SQLException.class,
				(ex) -> assertThat(ex.getSQLState()).startsWith("08"));
	}

	private static ServerConnections connections(String sslmode) {
		return new ServerConnections("server", properties(sslmode), Duration.ofSeconds(30), Set.of(), PoolTimes.DEFAULT,
				Ticker.SYSTEM);
	}

	private static Properties properties(String sslmode) {
		return DriverProperties.of(ConnectionString.parse(server.with(sslmode)), "cut-off").toProperties();
	}

	private static int sessions() throws SQLException {
		return Integer.parseInt(ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cut-off'"));
	}

	private static String ask(String query) throws SQLException {
		try (Connection connection = server.cluster().master().superuserConnection();
				Statement statement = connection.createStatement()) {
			boolean rows = statement.execute(query);
			while (!rows) {
				rows = statement.getMoreResults();
			}
			try (ResultSet result = statement.getResultSet()) {
				return result.next() ? result.getString(1) : "";
			}
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * What an application may have set for all its connections.
	 */
	public static final class OwnSocketFactory extends FenceableSocketFactory {

		static int sockets;

		/**
		 * Create the factory, as the driver does.
		 * @param properties the driver's properties
		 * @throws PSQLException never
		 */
		public OwnSocketFactory(Properties properties) throws PSQLException {
			super(properties);
		}

		@Override
		public Socket createSocket() throws IOException {
			sockets++;
			return super.createSocket();
		}

	}

}
