package io.github.jujupgsql.test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PgsqlCluster} whose master stays the master. Each leaves it as it was.
 */
@PgsqlClusterTest(standbys = 2)
@ExtendWith(OutputCaptureExtension.class)
class PgsqlClusterTests {

	private final PgsqlCluster cluster;

	PgsqlClusterTests(PgsqlCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeEach
	void createTable() throws SQLException {
		Sql.execute(this.cluster.master(), "DROP TABLE IF EXISTS note", "CREATE TABLE note (text text)");
	}

	@Test
	void standbysReplayWhatIsCommitted() throws SQLException {
		Sql.execute(this.cluster.master(), "INSERT INTO note VALUES ('one')");
		this.cluster.awaitReplayed();
		assertThat(this.cluster.standbys()).hasSize(2);
		for (PgsqlServer standby : this.cluster.standbys()) {
			assertThat(Sql.ask(standby, "SELECT text FROM note")).isEqualTo("one");
			assertThat(standby.isInRecovery()).isTrue();
		}
		assertThat(this.cluster.master().isInRecovery()).isFalse();
	}

	@Test
	void commitsAreSynchronousLocally() throws SQLException {
		PgsqlServer master = this.cluster.master();
		assertThat(Sql.ask(master, "SHOW synchronous_commit")).isEqualTo("on");
		assertThat(Sql.ask(master, "SHOW full_page_writes")).isEqualTo("on");
		assertThat(Sql.ask(master, "SELECT host(inet_server_addr())")).isEqualTo("127.0.0.1");
	}

	@Test
	void wrongPasswordIsRefused() {
		for (PgsqlServer server : this.cluster.servers()) {
			for (String user : List.of("juju_notes", "postgres", "replication")) {
				for (String password : List.of("wrong", "")) {
					assertThatThrownBy(() -> connect(server, user, password)).isInstanceOf(SQLException.class)
						.satisfies((ex) -> assertThat(((SQLException) ex).getSQLState()).isIn("28P01", "08004"));
				}
			}
		}
	}

	static void connect(PgsqlServer server, String user, String password) throws SQLException {
		Properties properties = new Properties();
		properties.setProperty("user", user);
		properties.setProperty("password", password);
		DriverManager.getConnection("jdbc:postgresql://" + server.address() + "/notes", properties).close();
	}

	@Test
	void passwordsAreKeptAsScram() throws SQLException {
		assertThat(this.cluster.master()
			.connections()
			.ask("SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'"))
			.isEqualTo("0");
		assertThat(this.cluster.master()
			.connections()
			.ask("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'")).isEqualTo("0");
	}

	@Test
	void theUserOwnsTheDatabaseAndSeesItsSessions() throws SQLException {
		try (Connection one = this.cluster.master().connection();
				Connection other = this.cluster.master().connection()) {
			assertThat(Sql.ask(one, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'notes'"))
				.isEqualTo("juju_notes");
			Sql.ask(other, "SELECT 'visible'");
			assertThat(Sql.ask(one, "SELECT query FROM pg_stat_activity WHERE pid = "
					+ Sql.ask(other, "SELECT pg_backend_pid() -- visible")))
				.contains("visible");
		}
	}

	@Test
	void crashedServerKeepsWhatWasCommitted() throws SQLException {
		for (PgsqlServer server : this.cluster.servers()) {
			int port = server.port();
			Sql.execute(this.cluster.master(), "INSERT INTO note VALUES ('kept')");
			server.crash();
			assertThat(server.isRunning()).isFalse();
			assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
			server.start();
			assertThat(server.isRunning()).isTrue();
			assertThat(server.port()).isEqualTo(port);
		}
		this.cluster.awaitStreaming();
		this.cluster.awaitReplayed();
		for (PgsqlServer server : this.cluster.servers()) {
			assertThat(Sql.ask(server, "SELECT count(*) FROM note")).isEqualTo("3");
		}
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void frozenServerCanBeCrashed() throws Exception {
		PgsqlServer standby = this.cluster.standbys().get(0);
		try (Connection session = standby.connection()) {
			String pid = Sql.ask(session, "SELECT pg_backend_pid()");
			standby.freeze();
			standby.crash();
			assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(Processes::isAlive)).isEmpty();
		}
		finally {
			standby.start();
			this.cluster.awaitStreaming();
		}
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void frozenServerAnswersWhenThawed() throws Exception {
		PgsqlServer standby = this.cluster.standbys().get(0);
		try (Connection session = standby.connection()) {
			standby.freeze();
			CompletableFuture<String> answer = async(() -> Sql.ask(session, "SELECT 'here'"));
			CompletableFuture<String> newSession = async(() -> Sql.ask(standby, "SELECT 'new'"));
			assertThat(standby.isRunning()).isTrue();
			assertThat(Sql.ask(this.cluster.master(), "SELECT pg_sleep(0.2)")).isEmpty();
			assertThat(answer).isNotDone();
			assertThat(newSession).isNotDone();
			standby.thaw();
			assertThat(answer.get()).isEqualTo("here");
			assertThat(newSession.get()).isEqualTo("new");
		}
	}

	@Test
	void stoppedServerStartsUnderItsAddress() throws SQLException {
		PgsqlServer standby = this.cluster.standbys().get(0);
		String address = standby.address();
		standby.stop();
		standby.stop();
		assertThat(standby.isRunning()).isFalse();
		standby.start();
		standby.start();
		assertThat(standby.address()).isEqualTo(address);
		assertThat(Sql.ask(standby, "SELECT inet_server_port()")).isEqualTo(Integer.toString(standby.port()));
		this.cluster.awaitStreaming();
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void synchronousCommitWaitsForAStandby() throws Exception {
		this.cluster.synchronous(true);
		PgsqlServer master = this.cluster.master();
		try (Connection session = master.connection()) {
			String pid = Sql.ask(session, "SELECT pg_backend_pid()");
			this.cluster.standbys().forEach(PgsqlServer::freeze);
			CompletableFuture<String> commit = async(() -> {
				Sql.execute(session, "INSERT INTO note VALUES ('safe')");
				return "committed";
			});
			await().until(() -> master.connections()
				.ask("SELECT wait_event FROM pg_stat_activity WHERE pid = " + pid)
				.equals("SyncRep"));
			assertThat(commit).isNotDone();
			this.cluster.standbys().get(0).thaw();
			assertThat(commit.get()).isEqualTo("committed");
		}
		finally {
			this.cluster.standbys().forEach(PgsqlServer::thaw);
			this.cluster.synchronous(false);
		}
		assertThat(master.connections().ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state <> 'async'"))
			.isEqualTo("0");
	}

	@Test
	void pausedStandbyDoesNotReplay() throws SQLException {
		PgsqlServer standby = this.cluster.standbys().get(0);
		this.cluster.awaitReplayed();
		standby.pauseReplay();
		Sql.execute(this.cluster.master(), "INSERT INTO note VALUES ('later')");
		Lsn committed = this.cluster.master().replayedLsn();
		await().until(() -> standby.recovery().receivedLsn().hasReached(committed));
		assertThat(standby.replayedLsn()).isLessThan(committed);
		assertThat(Sql.ask(standby, "SELECT count(*) FROM note")).isEqualTo("0");
		standby.resumeReplay();
		this.cluster.awaitReplayed();
		assertThat(Sql.ask(standby, "SELECT count(*) FROM note")).isEqualTo("1");
	}

	@Test
	void standbysComeAndGo() throws SQLException {
		PgsqlServer standby = this.cluster.addStandby();
		assertThat(this.cluster.standbys()).hasSize(3).endsWith(standby);
		this.cluster.awaitReplayed();
		assertThat(Sql.ask(standby, "SELECT count(*) FROM note")).isEqualTo("0");
		this.cluster.removeStandby(standby);
		assertThat(this.cluster.standbys()).hasSize(2).doesNotContain(standby);
		assertThat(standby.isRunning()).isFalse();
		assertThat(standby.log()).doesNotExist();
		assertThatIllegalArgumentException().isThrownBy(() -> this.cluster.removeStandby(standby));
	}

	@Test
	void rotatedPasswordIsTheOnlyOne() throws SQLException {
		PgsqlServer standby = this.cluster.standbys().get(0);
		String oldPassword = this.cluster.password();
		try (Connection session = standby.connection()) {
			this.cluster.rotatePassword();
			this.cluster.awaitReplayed();
			assertThat(this.cluster.password()).isNotEqualTo(oldPassword);
			assertThat(standby.connectionString()).contains("password=" + this.cluster.password());
			assertThat(Sql.ask(standby, "SELECT 1")).isEqualTo("1");
			assertThat(Sql.ask(session, "SELECT 1")).isEqualTo("1");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> connect(standby, this.cluster.user(), oldPassword))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("28P01"));
		}
	}

	@Test
	void passwordCanHoldAnything() throws SQLException {
		this.cluster.rotatePassword("it's a \"pass\\word\" @ 100 % ü");
		assertThat(Sql.ask(this.cluster.master(), "SELECT 1")).isEqualTo("1");
		assertThat(this.cluster.master().uri()).contains(":it%27s%20a%20%22pass%5Cword%22%20%40%20100%20%25%20%C3%BC@");
		this.cluster.rotatePassword();
	}

	@Test
	void passwordsAreNowhereToBeSeen(CapturedOutput output) throws Exception {
		PgsqlServer master = this.cluster.master();
		master.connections().execute("ALTER SYSTEM SET log_statement = 'all'");
		master.process().reload();
		await().until(() -> master.connections().ask("SHOW log_statement").equals("all"));
		List<String> passwords = new ArrayList<>(
				List.of(this.cluster.password(), this.cluster.home().superuserPassword()));
		this.cluster.rotatePassword();
		passwords.add(this.cluster.password());
		master.connections().execute("ALTER SYSTEM RESET log_statement");
		this.cluster.removeStandby(this.cluster.addStandby());
		master.restart();
		this.cluster.awaitStreaming();
		StringBuilder seen = new StringBuilder(output.getAll()).append(this.cluster).append(master);
		for (PgsqlServer server : this.cluster.servers()) {
			seen.append(Files.readString(server.log()));
		}
		ProcessHandle.allProcesses().forEach((process) -> seen.append(commandLine(process)));
		assertThat(seen).contains("ALTER USER", "postgres", "-D");
		assertThat(passwords).noneMatch((password) -> seen.indexOf(password) >= 0);
	}

	private static String commandLine(ProcessHandle process) {
		try {
			return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"),
					StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return process.info().commandLine().orElse("");
		}
	}

	@Test
	void settingsOfTheBuilderAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> PgsqlCluster.builder().standbys(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> PgsqlCluster.builder().setting("a = b\nc", "d"));
	}

	private static CompletableFuture<String> async(SqlCall call) {
		CompletableFuture<String> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(call.call());
			}
			catch (SQLException ex) {
				result.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return result;
	}

	private interface SqlCall {

		String call() throws SQLException;

	}

}
