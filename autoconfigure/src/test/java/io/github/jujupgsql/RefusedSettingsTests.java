package io.github.jujupgsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import io.github.jujupgsql.pool.RoleTable;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import io.github.jujupgsql.standin.StandInServer.Refusal;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of a server that refuses what {@code spring.datasource.hikari} has done to
 * each connection.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedSettingsTests {

	private static final String WRITES = "INSERT INTO sessions VALUES (1)";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	@Test
	void whenInitSqlWritesThenTheStandbyServesNoReadsAndTheLogSaysWhyOnce(CapturedOutput output) throws SQLException {
		try (StandInApplication application = start((config) -> config.setConnectionInitSql(WRITES))) {
			assertThatReadsGoToTheMaster(application,
					"spring.datasource.hikari.connection-init-sql fails there, in recovery: "
							+ "cannot execute INSERT in a read-only transaction (SQLSTATE 25006)");
			int before = attempts();
			await().until(() -> attempts() > before);
		}
		assertToldOnce(output);
	}

	@Test
	void whenTheTestQueryWritesThenTheLogNamesIt(CapturedOutput output) throws SQLException {
		try (StandInApplication application = start((config) -> config.setConnectionTestQuery(WRITES))) {
			assertThatReadsGoToTheMaster(application,
					"spring.datasource.hikari.connection-test-query fails there, in recovery: "
							+ "cannot execute INSERT in a read-only transaction (SQLSTATE 25006)");
		}
		assertToldOnce(output);
	}

	@Test
	void whenTransactionsAreSerializableThenTheLogNamesTheProperty(CapturedOutput output) throws SQLException {
		try (StandInApplication application = start(
				(config) -> config.setTransactionIsolation("TRANSACTION_SERIALIZABLE"))) {
			assertThatReadsGoToTheMaster(application,
					"spring.datasource.hikari.transaction-isolation fails there, in recovery: "
							+ "cannot use serializable mode in a hot standby (SQLSTATE 0A000)");
		}
		assertToldOnce(output);
	}

	@Test
	void whenTheStandbyIsPromotedAndNamedThenItBecomesThePrimary() throws SQLException {
		try (StandInApplication application = start((config) -> config.setConnectionInitSql(WRITES))) {
			assertThatReadsGoToTheMaster(application, "");
			this.standby.promote();
			application.relate(this.standby);
			application.awaitPrimary(this.standby);
			write(application);
		}
	}

	@Test
	void whenItIsNamedBeforeItIsPromotedThenItBecomesThePrimary() throws SQLException {
		try (StandInApplication application = start((config) -> config.setConnectionInitSql(WRITES))) {
			assertThatReadsGoToTheMaster(application, "");
			application.relate(this.standby);
			await().until(() -> application.pools().getPrimaryFailures() > 1);
			this.standby.promote();
			application.awaitPrimary(this.standby);
			write(application);
		}
	}

	@Test
	void whenTheMasterRefusesInitSqlThenTheLogNamesItAndNothingIsLeftOpen(CapturedOutput output) {
		this.master
			.refuse((sql) -> sql.equals(WRITES) ? new Refusal("42P01", "relation \"sessions\" does not exist") : null);
		try (StandInApplication application = start((config) -> config.setConnectionInitSql(WRITES))) {
			application.awaitRoles("the reason is told",
					(table) -> table.noPrimaryReason()
						.equals(this.master + ": spring.datasource.hikari.connection-init-sql fails there: "
								+ "relation \"sessions\" does not exist (SQLSTATE 42P01)"));
			await().until(() -> application.pools().getPrimaryFailures() > 2);
			await().until(() -> this.master.sessions() == 0);
			this.master.refuse((sql) -> null);
			application.awaitPrimary(this.master);
		}
		assertThat(warnings(output)).filteredOn((line) -> line.contains(this.master.address())).hasSize(1);
	}

	@Test
	void whenAPoolCannotBeMadeThenNothingIsLeftOpenAndItIsTriedAgain() throws SQLException {
		AtomicInteger failures = new AtomicInteger();
		try (StandInApplication application = start((config) -> config.setMetricsTrackerFactory((name, stats) -> {
			if (failures.incrementAndGet() <= 2) {
				throw new NoSuchMethodError("of another version");
			}
			return new IMetricsTracker() {
			};
		}))) {
			application.relate(this.master);
			application.awaitRoles("the reason is told", (table) -> table.noPrimaryReason()
				.endsWith("the pool cannot be opened: java.lang.NoSuchMethodError: " + "of another version"));
			await().until(() -> this.master.sessions() == 0);
			application.awaitPrimary(this.master);
			write(application);
		}
		assertThat(failures).hasValue(3);
	}

	private StandInApplication start(Consumer<HikariConfig> settings) {
		StandInApplication application = StandInApplication.with().hikari(settings).start();
		application.relate(this.master, this.standby);
		return application;
	}

	private void assertThatReadsGoToTheMaster(StandInApplication application, String reason) throws SQLException {
		application.awaitPrimary(this.master);
		application.awaitRoles("the reason is told", (table) -> isLeftOut(table, reason));
		int before = this.master.statements().size();
		assertThat(ask(application.replica(), "SELECT 42")).isEqualTo("42");
		assertThat(this.master.statements().subList(before, this.master.statements().size()))
			.extracting(StandInServer.Statement::sql)
			.contains("SELECT 42");
		await().until(() -> this.standby.sessions() == 0);
	}

	private static boolean isLeftOut(RoleTable table, String reason) {
		return table.excluded().size() == 1 && table.excluded().get(0).reason().endsWith(reason);
	}

	private void write(StandInApplication application) throws SQLException {
		try (Connection connection = application.primary().getConnection()) {
			execute(connection, "INSERT INTO notes VALUES (1)");
		}
	}

	private int attempts() {
		return (int) this.standby.statements().stream().filter((statement) -> statement.sql().equals(WRITES)).count();
	}

	private void assertToldOnce(CapturedOutput output) {
		assertThat(warnings(output)).singleElement().asString().contains("Standby " + this.standby);
	}

	private static List<String> warnings(CapturedOutput output) {
		Pattern warning = Pattern.compile(" (WARN|ERROR) ");
		return output.toString().lines().filter((line) -> warning.matcher(line).find()).toList();
	}

}
