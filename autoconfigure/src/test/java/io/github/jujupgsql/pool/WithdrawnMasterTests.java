package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import io.github.jujupgsql.standin.StandInServer.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of work on a master that the relation no longer names as it did.
 */
class WithdrawnMasterTests {

	private static final Duration DRAIN_TIMEOUT = Duration.ofMillis(300);

	private static final String INSERT = "INSERT INTO notes VALUES (1)";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer other = StandInServer.standby();

	private StandInApplication application = StandInApplication.with().drainTimeout(DRAIN_TIMEOUT).start();

	@AfterEach
	void close() {
		this.application.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "dbname=other", "user=other", "sslmode=allow", "options='-c search_path=other'" })
	void whenMoreThanThePasswordChangesThenNobodyGoesOnWithTheOldSessions(String changed) throws Exception {
		relateMaster();
		// the new login never succeeds
		this.master.refuseLogins("53300", "sorry, too many clients already");
		this.application.relate(this.master.connectionString(changed));
		this.application.awaitNoPrimary();
		CompletableFuture<String> waiting = async(() -> ask(this.application.primary(), "SELECT 1"));
		await().during(Duration.ofMillis(100)).until(() -> !waiting.isDone());
		this.master.allowLogins();
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("1");
		Statement last = this.master.statements()
			.stream()
			.filter((statement) -> statement.sql().equals("SELECT 1"))
			.reduce((first, second) -> second)
			.orElseThrow();
		ConnectionString expected = this.master.connectionString(changed);
		assertThat(last.database()).isEqualTo(expected.database());
		assertThat(last.user()).isEqualTo(expected.user());
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "password=PgsqlTestSecret2", "application_name=other", "connect_timeout=3", "keepalives=0" })
	void whenOnlyThePasswordOrSomethingHarmlessChangesThenTheOldSessionsServeUntilTheNewOnesDo(String changed)
			throws SQLException {
		relateMaster();
		this.master.refuseLogins("53300", "sorry, too many clients already");
		int before = this.master.logins();
		this.application.relate(this.master.connectionString(changed));
		await().until(() -> this.master.logins() > before);
		assertThat(ask(this.application.primary(), "SELECT 1")).isEqualTo("1");
		ServerPool old = this.application.roles().primary();
		this.master.allowLogins();
		this.application.awaitRoles("another pool is the primary's",
				(table) -> table.primary() != null && table.primary() != old);
	}

	@Test
	void whenTheDatabaseChangesThenWorkInFlightGoesOnForTheDrainTimeoutAtMost() throws SQLException {
		relateMaster();
		this.master.refuseLogins("53300", "sorry, too many clients already");
		assertThatWorkEndsAfter(() -> this.application.relate(this.master.connectionString("dbname=other")));
	}

	@Test
	void whenTheNewMasterCannotBeReachedThenWorkOnTheOldOneGoesOnForTheDrainTimeoutAtMost() throws SQLException {
		relateMaster();
		this.other.crash();
		assertThatWorkEndsAfter(() -> this.application.relate(this.other));
	}

	@Test
	void whenTheNewMasterStaysInRecoveryThenWorkOnTheOldOneGoesOnForTheDrainTimeoutAtMost() throws SQLException {
		relateMaster();
		assertThatWorkEndsAfter(() -> this.application.relate(this.other, this.master));
	}

	@Test
	void whenThereIsNoMasterAndTheOldOneIsAStandbyThenWorkOnItGoesOnForTheDrainTimeoutAtMost() throws SQLException {
		relateMaster();
		assertThatWorkEndsAfter(() -> this.application.relate((StandInServer) null, this.master));
	}

	@Test
	void whenTheOldMasterIsNamedAgainInTimeThenItsConnectionsServeOn() throws SQLException {
		relateMaster();
		String session = ask(this.application.primary(), "SELECT pg_backend_pid()");
		this.application.relate(this.other);
		this.application.awaitNoPrimary();
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		assertThat(ask(this.application.primary(), "SELECT pg_backend_pid()")).isEqualTo(session);
		await().during(DRAIN_TIMEOUT.multipliedBy(2))
			.until(() -> ask(this.application.primary(), "SELECT pg_backend_pid()").equals(session));
	}

	@Test
	void whenTheOldMasterHasBecomeAStandbyThenItServesReadsAlthoughTheNewOneIsAway() {
		relateMaster();
		this.other.crash();
		this.application.relate(this.other, this.master);
		this.application.awaitNoPrimary();
		this.master.demote();
		this.application.awaitReplicas(this.master);
	}

	@Test
	void whileTheOnlyStandbyIsTheMasterToBeThenItServesReads() throws Exception {
		this.application.relate(this.master, this.other);
		this.application.awaitReplicas(this.other);
		this.master.crash();
		this.application.relate(this.other);
		CompletableFuture<String> read = async(() -> ask(this.application.replica(), "SELECT 1"));
		assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo("1");
		assertThat(this.application.roles().primary()).isNull();
		this.other.promote();
		this.application.awaitPrimary(this.other);
		execute(this.application, INSERT);
	}

	@Test
	void aNewStandbyThatIsNamedMasterTooEarlyServesReadsUntilItIsPromoted() throws Exception {
		this.application.relate(this.other);
		CompletableFuture<String> read = async(() -> ask(this.application.replica(), "SELECT 1"));
		assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo("1");
	}

	private static void execute(StandInApplication application, String sql) throws SQLException {
		try (Connection connection = application.primary().getConnection()) {
			StandInApplication.execute(connection, sql);
		}
	}

	private void relateMaster() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
	}

	private void assertThatWorkEndsAfter(Runnable change) throws SQLException {
		try (Connection working = this.application.primary().getConnection()) {
			StandInApplication.execute(working, INSERT);
			change.run();
			this.application.awaitNoPrimary();
			StandInApplication.execute(working, INSERT);
			await().atMost(Duration.ofSeconds(5))
				.until(() -> catchThrowable(() -> StandInApplication.execute(working, INSERT)) != null);
		}
	}

}
