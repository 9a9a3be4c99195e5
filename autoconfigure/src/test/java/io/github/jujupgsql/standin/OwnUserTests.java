package io.github.jujupgsql.standin;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.jujupgsql.datasource.OwnUserDataSource;
import io.github.jujupgsql.standin.StandInServer.Statement;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for connections of a user of the application's own to a primary that is not what
 * it is taken for, or not there.
 */
class OwnUserTests {

	private static final String PASSWORD = "zq8Marked7";

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().start();

	@Test
	void theSessionIsTheUsersOwn() throws Exception {
		this.application.relate(this.master);
		try (Connection connection = connections(Duration.ofSeconds(20)).getConnection()) {
			ask(connection, "SELECT 42");
		}
		assertThat(this.master.statements()).filteredOn((statement) -> statement.sql().equals("SELECT 42"))
			.extracting(Statement::user)
			.containsExactly("migrator");
	}

	@Test
	void whenThePrimaryIsInRecoveryThenNoConnectionToItIsLent() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		// nobody has noticed
		this.master.demote();
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> connections(Duration.ofSeconds(3)).getConnection().close())
			.withStackTraceContaining(this.master.address() + " is in recovery")
			.satisfies((ex) -> assertThat(ex.toString()).doesNotContain(PASSWORD));
	}

	@Test
	void whenThePrimaryIsDownThenItIsTriedAgainUntilItIsThere() throws Exception {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		this.master.crash();
		DataSource connections = connections(Duration.ofSeconds(20));
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> connections(Duration.ofMillis(200)).getConnection().close());
		CompletableFuture<String> waiting = async(() -> {
			try (Connection connection = connections.getConnection()) {
				return ask(connection, "SELECT 42");
			}
		});
		this.master.start();
		assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("42");
	}

	@Test
	void whenTheUserIsRefusedThenThatIsToldAtOnce() {
		this.application.relate(this.master);
		this.application.awaitPrimary(this.master);
		this.master.refuseLogins("28P01", "password authentication failed for user \"migrator\"");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> connections(Duration.ofDays(1)).getConnection().close())
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("28P01"));
	}

	private DataSource connections(Duration timeout) {
		return new OwnUserDataSource(this.application.pools().getRoles(), timeout, "migrator", PASSWORD);
	}

}
