package io.github.jujupgsql.test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgsqlService} whose servers can all be reached, or are down. Each
 * leaves the cluster as it was.
 */
@PgsqlClusterTest(standbys = 2)
class PgsqlServiceTests {

	private final PgsqlCluster cluster;

	private final PgsqlServer first;

	private final PgsqlServer second;

	private final PgsqlServer third;

	private PgsqlService service;

	PgsqlServiceTests(PgsqlCluster cluster) {
		this.cluster = cluster;
		this.first = cluster.master();
		this.second = cluster.standbys().get(0);
		this.third = cluster.standbys().get(1);
	}

	@BeforeEach
	void start() {
		this.service = PgsqlService.start("postgresql");
	}

	@AfterEach
	void close() {
		this.service.close();
	}

	@Test
	void newConnectionsGoRoundTheServers() throws Exception {
		this.service.leadTo(this.second, this.first, this.third);
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			connections.add(connect());
		}
		assertThat(connections).extracting(Sql::portBehind)
			.containsExactly(this.second.port(), this.first.port(), this.third.port(), this.second.port(),
					this.first.port());
		assertOpen(2, 2, 1);
		for (Connection connection : connections) {
			connection.close();
		}
		await().untilAsserted(() -> assertOpen(0, 0, 0));
	}

	@Test
	void whatIsOpenStaysWhenTheServiceLeadsElsewhere() throws Exception {
		this.service.leadTo(this.first);
		try (Connection before = connect()) {
			this.service.leadTo(List.of(this.second));
			try (Connection after = connect()) {
				assertThat(Sql.portBehind(after)).isEqualTo(this.second.port());
				assertThat(Sql.portBehind(before)).isEqualTo(this.first.port());
				this.service.leadTo();
				assertThat(Sql.portBehind(after)).isEqualTo(this.second.port());
				assertThat(Sql.portBehind(before)).isEqualTo(this.first.port());
			}
		}
	}

	@Test
	void whoeverConnectsIsCutOffAsLongAsThereAreNoServers() throws Exception {
		assertResetAtOnce();
		assertThatExceptionOfType(SQLException.class).isThrownBy(this::connect)
			.satisfies((ex) -> assertThat(ex.getSQLState()).startsWith("08"));
		this.service.leadTo(this.first);
		connect().close();
		this.service.leadTo(List.of());
		assertResetAtOnce();
	}

	@Test
	void whoIsLedToAServerThatIsDownIsCutOffAndTheNextOneIsNot() throws Exception {
		this.service.leadTo(this.third, this.first);
		this.third.stop();
		try {
			assertResetAtOnce();
			try (Connection next = connect()) {
				assertThat(Sql.portBehind(next)).isEqualTo(this.first.port());
			}
			assertThat(this.service.connectionsTo(this.third)).isZero();
		}
		finally {
			this.third.start();
		}
		try (Connection connection = connect()) {
			assertThat(Sql.portBehind(connection)).isEqualTo(this.third.port());
		}
	}

	@Test
	void resetCutsOffTheConnectionsToOneServer() throws Exception {
		this.service.leadTo(this.second, this.first);
		try (Socket cut = new Socket(this.service.host(), this.service.port());
				Connection spared = connect();
				Connection alsoCut = connect()) {
			int backend = Sql.backend(alsoCut);
			assertOpen(1, 2, 0);
			this.service.reset(this.second);
			assertOpen(1, 0, 0);
			assertReset(cut);
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Sql.ask(alsoCut, "SELECT 1"))
				.withRootCauseInstanceOf(SocketException.class);
			await().until(() -> !Sql.hasBackend(this.second, backend));
			assertThat(Sql.portBehind(spared)).isEqualTo(this.first.port());
			try (Connection next = connect()) {
				assertThat(Sql.portBehind(next)).isEqualTo(this.first.port());
			}
			try (Connection next = connect()) {
				assertThat(Sql.portBehind(next)).isEqualTo(this.second.port());
			}
		}
	}

	@Test
	void whenTheClientIsGoneThenTheServerLearnsIt() throws Exception {
		this.service.leadTo(this.first);
		try (Connection connection = connect()) {
			int backend = Sql.backend(connection);
			connection.abort(Runnable::run);
			await().until(() -> !Sql.hasBackend(this.first, backend));
			await().untilAsserted(() -> assertOpen(0, 0, 0));
		}
	}

	@Test
	void whoSaysNoMoreStillHearsTheAnswer() throws Exception {
		this.service.leadTo(this.first);
		try (Socket client = new Socket(this.service.host(), this.service.port())) {
			client.setSoTimeout(10_000);
			client.getOutputStream().write(Sql.ASKS_FOR_TLS);
			client.shutdownOutput();
			assertThat(client.getInputStream().readAllBytes()).containsExactly('N');
		}
	}

	@Test
	void whenTheServerEndsTheConnectionThenTheClientLearnsWhy() throws Exception {
		this.service.leadTo(this.second);
		try (Connection connection = connect()) {
			Sql.endBackend(this.second, Sql.backend(connection));
			await().untilAsserted(() -> assertOpen(0, 0, 0));
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Sql.ask(connection, "SELECT 1"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("57P01"));
		}
	}

	@Test
	void whatIsSentArrivesUnchanged() throws Exception {
		this.service.leadTo(this.first);
		String text = "Grüße, 日本 ".repeat(100_000);
		try (Connection connection = connect(); var statement = connection.prepareStatement("SELECT ? || '!'")) {
			statement.setString(1, text);
			try (var result = statement.executeQuery()) {
				result.next();
				assertThat(result.getString(1).equals(text + "!")).isTrue();
			}
		}
	}

	@Test
	void theConnectionStringIsThatOfAServerAtTheServicesAddress() {
		assertThat(this.service.connectionString(this.cluster)).isEqualTo(this.first.connectionString()
			.replace("port=" + this.first.port() + " ", "port=" + this.service.port() + " "));
		assertThat(this.service.address()).isEqualTo("127.0.0.1:" + this.service.port());
		assertThat(this.service).hasToString("postgresql at " + this.service.address());
	}

	@Test
	void closingCutsOffEverybody() throws Exception {
		this.service.leadTo(this.first);
		try (Socket client = new Socket(this.service.host(), this.service.port())) {
			await().untilAsserted(() -> assertOpen(1, 0, 0));
			this.service.close();
			this.service.close();
			assertReset(client);
		}
		assertOpen(0, 0, 0);
		assertThatExceptionOfType(ConnectException.class)
			.isThrownBy(() -> new Socket(this.service.host(), this.service.port()).close());
		assertThatIllegalStateException().isThrownBy(() -> this.service.leadTo(this.first));
	}

	private void assertOpen(int toFirst, int toSecond, int toThird) {
		assertThat(List.of(this.service.connectionsTo(this.first), this.service.connectionsTo(this.second),
				this.service.connectionsTo(this.third)))
			.containsExactly(toFirst, toSecond, toThird);
	}

	private void assertResetAtOnce() throws IOException {
		try (Socket client = new Socket(this.service.host(), this.service.port())) {
			assertReset(client);
		}
	}

	private static void assertReset(Socket client) throws IOException {
		client.setSoTimeout(10_000);
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> client.getInputStream().read())
			.withMessageContaining("reset");
	}

	private Connection connect() throws SQLException {
		return Sql.connect(this.service, this.cluster);
	}

}
