package io.github.jujupgsql.compatibility.migration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with Flyway, as the relation's user and as one of its own.
 */
class FlywayTests extends AbstractFailoverTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void migrationsRunOnThePrimary() throws Exception {
		migrate(cluster.user());
	}

	@Test
	void migrationsOfAUserOfTheirOwnRunOnThePrimary() throws Exception {
		MigrationUser.create(cluster);
		migrate(MigrationUser.NAME, "spring.flyway.user=" + MigrationUser.NAME,
				"spring.flyway.password=" + MigrationUser.PASSWORD);
	}

	private void migrate(String owner, String... properties) throws IOException, SQLException {
		write("V1__first.sql", "CREATE TABLE first (server text); INSERT INTO first " + Application.SERVER);
		PgsqlServer master = cluster.master();
		try (Application application = start(Migrated.class,
				MigrationUser.with(properties, "tried=flyway", "spring.flyway.locations=filesystem:" + this.folder))) {
			assertThat(ask(master, "SELECT server FROM first")).isEqualTo(master.address());

			PgsqlServer promoted = failOver();
			write("V2__second.sql", "CREATE TABLE second (server text); INSERT INTO second " + Application.SERVER);
			assertThat(application.bean(Flyway.class).migrate().migrationsExecuted).isEqualTo(1);
			assertThat(ask(promoted, "SELECT server FROM second")).isEqualTo(promoted.address());
			assertThat(ask(promoted, "SELECT server FROM first")).isEqualTo(master.address());
			assertThat(ask(promoted, "SELECT tableowner FROM pg_tables WHERE tablename = 'second'")).isEqualTo(owner);
		}
	}

	private void write(String file, String sql) throws IOException {
		Files.writeString(this.folder.resolve(file), sql);
	}

	@EnableAutoConfiguration
	static class Migrated {

	}

}
