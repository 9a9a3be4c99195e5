package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of servers that do not let anybody in, and of those that cannot be asked.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusalsTests {

	private static final String SELECT = "SELECT 1";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	private StandInApplication application = StandInApplication.with().start();

	@AfterEach
	void close() {
		this.application.close();
	}

	@Test
	void whileThereIsNoEntryInPgHbaThenBorrowersWait() throws Exception {
		this.master.refuseLogins("28000",
				"no pg_hba.conf entry for host \"10.0.0.1\", user \"writer\", " + "database \"notes\", no encryption");
		this.application.relate(this.master);
		CompletableFuture<String> waiting = async(() -> ask(this.application.primary(), SELECT));
		// as often as the master is asked, not as a wrong password is tried
		await().atMost(Duration.ofSeconds(3)).until(() -> this.master.logins() > 7);
		assertThat(waiting).isNotDone();
		this.master.allowLogins();
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("1");
	}

	@Test
	void whenAPasswordIsRefusedOnceThenBorrowersWait() throws Exception {
		this.master.refuseLogins("28P01", "password authentication failed for user \"writer\"");
		this.application.relate(this.master);
		CompletableFuture<String> waiting = async(() -> ask(this.application.primary(), SELECT));
		await().until(() -> this.master.logins() > 0);
		this.master.allowLogins();
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("1");
	}

	@Test
	void whenARoleDoesNotExistForSecondsThenBorrowersAreTold() throws Exception {
		this.master.refuseLogins("28000", "role \"writer\" does not exist");
		this.application.relate(this.master);
		CompletableFuture<Throwable> told = async(() -> catchThrowable(() -> ask(this.application.primary(), SELECT)));
		assertThat(told.get(10, TimeUnit.SECONDS)).isInstanceOf(SQLException.class)
			.hasMessageContaining("role \"writer\" does not exist");
	}

	@Test
	void whenTheMasterRefusesThePasswordThenReadersWaitForTheStandby() throws Exception {
		this.master.refuseLogins("28P01", "password authentication failed for user \"writer\"");
		this.standby.refuseLogins("57P03", "the database system is starting up");
		this.application.relate(this.master, this.standby);
		this.application.awaitRoles("the primary is not waited for", RoleTable::failFast);
		CompletableFuture<String> reading = async(() -> ask(this.application.replica(), SELECT));
		await().during(Duration.ofMillis(100)).until(() -> !reading.isDone());
		this.standby.allowLogins();
		assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo("1");
	}

	@Test
	void whenThePoolsAreClosedThenNobodyWaitsForAReplica() throws Exception {
		this.application.close();
		this.application = StandInApplication.with().fallbackToPrimary(false).start();
		CompletableFuture<Throwable> reading = async(
				() -> catchThrowable(() -> ask(this.application.replica(), SELECT)));
		this.application.close();
		assertThat(reading.get(5, TimeUnit.SECONDS)).isInstanceOf(SQLException.class)
			.hasMessageContaining("shutting down");
	}

	@Test
	void howeverTheWordsVaryOneRefusalIsToldOnce(CapturedOutput output) {
		AtomicInteger number = new AtomicInteger();
		this.master.refuseLogins("XX000", "failed for the first time");
		this.application.relate(this.master);
		await().pollInterval(Duration.ofMillis(5)).until(() -> {
			this.master.refuseLogins("XX000", "failed for the time number " + number.incrementAndGet());
			return this.master.logins() > 5;
		});
		assertThat(output.getOut().split("cannot be the primary yet", -1)).hasSize(2);
	}

	@Test
	void whatAServerSaysCannotForgeALineOfTheLog(CapturedOutput output) {
		this.master.refuseLogins("XX000", "no\n2026-11-25T00:00:00 INFO Roles changed\r\n\u2028forged");
		this.application.relate(this.master);
		await().until(() -> output.getOut().contains("cannot be the primary yet"));
		assertThat(output.getOut().lines()).noneMatch((line) -> line.startsWith("2026-11-25T00:00:00 INFO Roles"))
			.noneMatch((line) -> line.startsWith("forged") || line.contains("\u2028"));
		assertThat(this.application.roles().noPrimaryReason()).doesNotContain("\n").contains("forged");
	}

	@Test
	void whenAnErrorIsThrownWhileAServerIsAskedThenItIsAskedAgain(CapturedOutput output) {
		AtomicInteger pools = new AtomicInteger();
		this.application.close();
		this.application = StandInApplication.with()
			.hikari((config) -> config.setMetricsTrackerFactory((name, stats) -> {
				if (pools.incrementAndGet() == 1) {
					throw new NoSuchMethodError("com.example.Missing.method()");
				}
				return new IMetricsTracker() {
				};
			}))
			.start();
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		assertThat(output).contains(
				"cannot be the primary yet: the pool cannot be opened: java.lang.NoSuchMethodError: com.example.Missing.method()");
	}

	@Test
	void whenWhatIsConfiguredCannotWorkThenTheReasonIsTold() {
		this.application.close();
		this.application = StandInApplication.with()
			.hikari((config) -> config.setTransactionIsolation("TRANSACTION_IMAGINARY"))
			.start();
		this.application.relate(this.master);
		this.application.awaitRoles("the reason is told",
				(roles) -> roles.noPrimaryReason().contains("TRANSACTION_IMAGINARY"));
	}

}
