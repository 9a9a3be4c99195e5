package io.github.jujupgsql.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which of several real servers a connection string leads to. For ten seconds the driver
 * remembers what a host was: each test that sees a host as something else than others do
 * calls it by another name.
 */
@Timeout(60)
class SeveralHostsTests {

	@AutoClose
	static PgsqlCluster cluster = PgsqlCluster.start(1);

	private static PgsqlServer master;

	private static PgsqlServer standby;

	@BeforeAll
	static void awaitStandby() {
		master = cluster.master();
		standby = cluster.standbys().get(0);
		cluster.awaitReplayed();
	}

	@ParameterizedTest
	@CsvSource({ "any,first", "read-write,master", "primary,master", "read-only,standby", "standby,standby",
			"prefer-standby,standby" })
	void theServerThatIsAskedForIsFoundWhereverItStands(String attrs, String expected) throws SQLException {
		for (List<PgsqlServer> order : List.of(List.of(master, standby), List.of(standby, master))) {
			PgsqlServer wanted = switch (expected) {
				case "first" -> order.get(0);
				case "master" -> master;
				default -> standby;
			};
			String options = " target_session_attrs=" + attrs;
			assertThat(port(string("127.0.0.1", order) + options)).isEqualTo(wanted.port());
			assertThat(port(uri(order, "?target_session_attrs=" + attrs))).isEqualTo(wanted.port());
		}
	}

	@Test
	void withoutAWishTheFirstServerIsTaken() throws SQLException {
		assertThat(port(string("127.0.0.1", List.of(master, standby)))).isEqualTo(master.port());
		assertThat(port(string("127.0.0.1", List.of(standby, master)))).isEqualTo(standby.port());
	}

	@ParameterizedTest
	@ValueSource(strings = { "read-write", "primary" })
	void aStandbyAloneIsNotTakenForAMaster(String attrs) {
		assertThatNobodyIsFound(string("127.0.0.1", List.of(standby)) + " target_session_attrs=" + attrs);
	}

	@ParameterizedTest
	@ValueSource(strings = { "read-only", "standby" })
	void aMasterAloneIsNotTakenForAStandby(String attrs) {
		assertThatNobodyIsFound(string("127.0.0.1", List.of(master)) + " target_session_attrs=" + attrs);
	}

	@Test
	void aMasterAloneWillDoWhereAStandbyIsOnlyPreferred() throws SQLException {
		assertThat(port(string("127.0.0.1", List.of(master)) + " target_session_attrs=prefer-standby"))
			.isEqualTo(master.port());
	}

	@Test
	void aMasterThatIsReadOnlyByDefaultIsNotReadWrite() throws SQLException {
		try (Connection connection = master.superuserConnection(); Statement statement = connection.createStatement()) {
			statement.execute("ALTER ROLE " + cluster.user() + " SET default_transaction_read_only = on");
			try {
				String string = string("localhost", List.of(master));
				assertThatNobodyIsFound(string + " target_session_attrs=read-write");
				assertThat(port(string + " target_session_attrs=read-only")).isEqualTo(master.port());
			}
			finally {
				statement.execute("ALTER ROLE " + cluster.user() + " RESET default_transaction_read_only");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "random,2", "disable,1" })
	void loadIsBalancedOnRequest(String balance, int servers) throws SQLException {
		String string = string("127.0.0.1", List.of(standby, master)) + " load_balance_hosts=" + balance;
		Set<Integer> ports = new HashSet<>();
		// a coin does not fall on the same side as often
		for (int i = 0; i < 40 && ports.size() < 2; i++) {
			ports.add(port(string));
		}
		assertThat(ports).hasSize(servers);
	}

	@Test
	void aServerThatRefusesConnectionsIsPassedOver() throws IOException, SQLException {
		int closed;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			closed = socket.getLocalPort();
		}
		assertThat(port(withServers("127.0.0.1,127.0.0.1", closed + "," + master.port()))).isEqualTo(master.port());
	}

	@Test
	void aServerThatIsGoneLeavesTheMasterToThoseWhoPreferAStandby() throws IOException, SQLException {
		int closed;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			closed = socket.getLocalPort();
		}
		assertThat(port(withServers("127.0.0.1,127.0.0.1", closed + "," + master.port())
				+ " target_session_attrs=prefer-standby"))
			.isEqualTo(master.port());
	}

	@Test
	@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a full queue refuses, or takes more than it should")
	void serversThatDoNotAnswerLeaveTimeForTheOneThatDoes() throws IOException, SQLException {
		try (SilentServer first = new SilentServer(); SilentServer second = new SilentServer()) {
			String ports = first.port() + "," + second.port() + "," + master.port();
			assertThat(port(withServers("127.0.0.1,127.0.0.1,127.0.0.1", ports) + " connect_timeout=2"))
				.isEqualTo(master.port());
		}
	}

	/**
	 * It would have a minute.
	 */
	@Test
	@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a full queue refuses, or takes more than it should")
	void aServerThatDoesNotAnswerDoesNotGetTheTimeOfAll() throws IOException, SQLException {
		int others = 30;
		try (SilentServer silent = new SilentServer()) {
			String hosts = "127.0.0.1" + ",127.0.0.1".repeat(others);
			String ports = silent.port() + ("," + master.port()).repeat(others);
			assertThat(port(withServers(hosts, ports) + " connect_timeout=2")).isEqualTo(master.port());
		}
	}

	private static String string(String host, List<PgsqlServer> servers) {
		return withServers(Stream.generate(() -> host).limit(servers.size()).collect(Collectors.joining(",")),
				servers.stream().map((server) -> Integer.toString(server.port())).collect(Collectors.joining(",")));
	}

	private static String withServers(String hosts, String ports) {
		return master.connectionString() + " host=" + hosts + " port=" + ports;
	}

	private static String uri(List<PgsqlServer> servers, String parameters) {
		String addresses = servers.stream().map(PgsqlServer::address).collect(Collectors.joining(","));
		return master.uri().replace("@" + master.address(), "@" + addresses) + parameters;
	}

	private static int port(String connectionString) throws SQLException {
		return Integer.parseInt(Session.ask(connectionString, "SELECT inet_server_port()"));
	}

	private static void assertThatNobodyIsFound(String connectionString) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(connectionString))
			.returns("08001", SQLException::getSQLState)
			.withMessageContaining("targetServerType");
	}

	/**
	 * A port that answers nothing at all, as one behind a firewall: its queue is full.
	 */
	private static final class SilentServer implements AutoCloseable {

		private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));

		private final List<SocketChannel> waiting = new ArrayList<>();

		SilentServer() throws IOException {
			for (int i = 0; i < 8; i++) {
				SocketChannel channel = SocketChannel.open();
				this.waiting.add(channel);
				channel.configureBlocking(false);
				channel.connect(new InetSocketAddress("127.0.0.1", port()));
			}
		}

		int port() {
			return this.socket.getLocalPort();
		}

		@Override
		public void close() throws IOException {
			for (SocketChannel channel : this.waiting) {
				channel.close();
			}
			this.socket.close();
		}

	}

}
