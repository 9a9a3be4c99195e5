package io.github.jujupgsql.compatibility.slice;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests in the slice {@link JdbcTest} with an embedded database in the place of the
 * relation's, of which no server needs to be there.
 */
@JdbcTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.ANY)
@DirtiesContext
class TestDatabaseTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path folder;

	@DynamicPropertySource
	static void relation(DynamicPropertyRegistry registry) {
		registry.add("juju.pgsql.relation-file", () -> folder.resolve("never.json"));
	}

	@Test
	void theTestDatabaseTakesThePlaceOfThePrimary(@Autowired DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("H2");
		}
	}

}
