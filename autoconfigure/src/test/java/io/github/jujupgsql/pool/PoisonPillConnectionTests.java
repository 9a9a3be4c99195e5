package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PoisonPillConnection}.
 */
class PoisonPillConnectionTests {

	private static final String OF_HIKARI = "SET application_name = 'notes'";

	private final Connection pill = PoisonPillConnection.create("10.0.0.5:5432", Set.of(OF_HIKARI));

	@Test
	void whatThePoolExecutesByItselfSucceeds() throws SQLException {
		try (Statement statement = this.pill.createStatement()) {
			assertThat(statement.execute(OF_HIKARI)).isFalse();
		}
		this.pill.commit();
	}

	@Test
	void whatAnApplicationExecutesFails() throws SQLException {
		Statement statement = this.pill.createStatement();
		refuses(() -> statement.execute("INSERT INTO notes VALUES (1)"));
		refuses(() -> statement.executeUpdate(OF_HIKARI));
		refuses(() -> statement.executeQuery("SELECT 1"));
		refuses(() -> this.pill.prepareStatement(OF_HIKARI));
	}

	private static void refuses(ThrowingCallable call) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08003"));
	}

}
