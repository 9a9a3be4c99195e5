package io.github.jujupgsql.test;

import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgsqlService} that loses one of two servers. That nothing comes is
 * what the patience of a client says, which ends a second later.
 */
@PgsqlClusterTest
class PgsqlServiceLostServerTests {

	private static final int PATIENCE = 1000;

	private final PgsqlCluster cluster;

	private final PgsqlServer lost;

	private final PgsqlServer other;

	private PgsqlService service;

	PgsqlServiceLostServerTests(PgsqlCluster cluster) {
		this.cluster = cluster;
		this.lost = cluster.standbys().get(0);
		this.other = cluster.master();
	}

	@BeforeEach
	void start() {
		this.service = PgsqlService.start("postgresql");
		this.service.leadTo(this.lost, this.other);
	}

	@AfterEach
	void close() {
		this.service.close();
	}

	@Test
	void itsConnectionsFallSilentWhileThoseToAnotherGoOn() throws Exception {
		try (Connection silent = connect(); Connection lively = connect()) {
			this.service.lose(this.lost);
			assertNoAnswer(silent);
			assertThat(Sql.portBehind(lively)).isEqualTo(this.other.port());
			assertThat(this.service.connectionsTo(this.lost)).isOne();
		}
	}

	@Test
	void whoIsLedToItHearsNothingAndTheNextOneDoes() throws Exception {
		this.service.lose(this.lost);
		try (Socket client = new Socket(this.service.host(), this.service.port())) {
			assertHearsNothing(client);
			try (Connection next = connect()) {
				assertThat(Sql.portBehind(next)).isEqualTo(this.other.port());
			}
			assertThat(this.service.connectionsTo(this.lost)).isOne();
		}
	}

	@Test
	void whoIsLedToItHearsNothingAlsoIfItIsDown() throws Exception {
		this.service.lose(this.lost);
		this.lost.stop();
		try (Socket client = new Socket(this.service.host(), this.service.port())) {
			assertHearsNothing(client);
		}
		finally {
			this.lost.start();
		}
	}

	@Test
	void itIsNotToldThatTheClientIsGone() throws Exception {
		try (Connection connection = connect(); Connection control = connect()) {
			int backend = Sql.backend(connection);
			int controlBackend = Sql.backend(control);
			this.service.lose(this.lost);
			connection.abort(Runnable::run);
			control.abort(Runnable::run);
			await().until(() -> !Sql.hasBackend(this.other, controlBackend));
			assertThat(Sql.hasBackend(this.lost, backend)).isTrue();
			this.service.recover(this.lost);
			await().until(() -> !Sql.hasBackend(this.lost, backend));
		}
	}

	@Test
	void itsConnectionsAreOpenAlsoWhenTheClientHasResetThem() throws Exception {
		try (Socket client = new Socket(this.service.host(), this.service.port());
				Socket control = new Socket(this.service.host(), this.service.port())) {
			assertIsAnswered(client);
			assertIsAnswered(control);
			this.service.lose(this.lost);
			ServiceConnection.reset(client);
			ServiceConnection.reset(control);
			await().untilAsserted(() -> assertThat(this.service.connectionsTo(this.other)).isZero());
			assertThat(this.service.connectionsTo(this.lost)).isOne();
			this.service.recover(this.lost);
			await().untilAsserted(() -> assertThat(this.service.connectionsTo(this.lost)).isZero());
		}
	}

	@Test
	void theClientIsNotToldThatTheServerIsGone() throws Exception {
		try (Connection connection = connect()) {
			int backend = Sql.backend(connection);
			this.service.lose(this.lost);
			Sql.endBackend(this.lost, backend);
			await().until(() -> !Sql.hasBackend(this.lost, backend));
			assertNoAnswer(connection);
		}
	}

	@Test
	void whatWasSentMeanwhileArrivesOnceItIsFound() throws Exception {
		try (Connection connection = connect(); Connection control = connect()) {
			this.service.lose(this.lost);
			CompletableFuture<Integer> answer = async(() -> Sql.portBehind(connection));
			assertThat(Sql.portBehind(control)).isEqualTo(this.other.port());
			CompletableFuture<Integer> answerToNext = async(() -> {
				try (Connection next = connect()) {
					return Sql.portBehind(next);
				}
			});
			await().untilAsserted(() -> assertThat(this.service.connectionsTo(this.lost)).isEqualTo(2));
			this.service.recover(this.lost);
			assertThat(answer).succeedsWithin(Await.TIMEOUT).isEqualTo(this.lost.port());
			assertThat(answerToNext).succeedsWithin(Await.TIMEOUT).isEqualTo(this.lost.port());
		}
	}

	@Test
	void itsConnectionsCanBeResetAllTheSame() throws Exception {
		try (Connection connection = connect(); Connection spared = connect()) {
			int backend = Sql.backend(connection);
			this.service.lose(this.lost);
			CompletableFuture<Integer> answer = async(() -> Sql.portBehind(connection));
			this.service.reset(this.lost);
			assertThat(answer).failsWithin(Await.TIMEOUT);
			await().until(() -> !Sql.hasBackend(this.lost, backend));
			assertThat(this.service.connectionsTo(this.lost)).isZero();
			assertThat(Sql.portBehind(spared)).isEqualTo(this.other.port());
			try (Socket client = new Socket(this.service.host(), this.service.port())) {
				assertHearsNothing(client);
			}
		}
	}

	@Test
	void anotherServiceReachesIt() throws Exception {
		this.service.lose(this.lost);
		try (PgsqlService elsewhere = PgsqlService.start("elsewhere")) {
			elsewhere.leadTo(this.lost);
			try (Connection connection = Sql.connect(elsewhere, this.cluster)) {
				assertThat(Sql.portBehind(connection)).isEqualTo(this.lost.port());
			}
		}
	}

	private static void assertNoAnswer(Connection connection) throws SQLException {
		connection.setNetworkTimeout(Runnable::run, PATIENCE);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Sql.ask(connection, "SELECT 1"))
			.withRootCauseInstanceOf(SocketTimeoutException.class);
	}

	private static void assertHearsNothing(Socket client) throws Exception {
		client.setSoTimeout(PATIENCE);
		client.getOutputStream().write(Sql.ASKS_FOR_TLS);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> client.getInputStream().read());
	}

	private static void assertIsAnswered(Socket client) throws Exception {
		client.getOutputStream().write(Sql.ASKS_FOR_TLS);
		assertThat(client.getInputStream().read()).isEqualTo('N');
	}

	private Connection connect() throws SQLException {
		return Sql.connect(this.service, this.cluster);
	}

	private static CompletableFuture<Integer> async(Question question) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return question.ask();
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	/**
	 * A question to a server.
	 */
	private interface Question {

		int ask() throws SQLException;

	}

}
