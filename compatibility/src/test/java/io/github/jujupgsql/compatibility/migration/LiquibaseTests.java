package io.github.jujupgsql.compatibility.migration;

import java.nio.file.Files;
import java.nio.file.Path;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import liquibase.integration.spring.SpringLiquibase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with Liquibase, as the relation's user and as one of its own.
 */
class LiquibaseTests extends AbstractFailoverTests {

	private static final String CHANGE_LOG = "--liquibase formatted sql\n";

	private static final String CHANGE = "--changeset test:%1$s\nCREATE TABLE %1$s (server text);\nINSERT INTO %1$s "
			+ Application.SERVER + ";\n";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void changesAreMadeOnThePrimary() throws Exception {
		change(cluster.user());
	}

	@Test
	void changesOfAUserOfTheirOwnAreMadeOnThePrimary() throws Exception {
		MigrationUser.create(cluster);
		change(MigrationUser.NAME, "spring.liquibase.user=" + MigrationUser.NAME,
				"spring.liquibase.password=" + MigrationUser.PASSWORD);
	}

	private void change(String owner, String... properties) throws Exception {
		Path log = Files.writeString(this.folder.resolve("log.sql"), CHANGE_LOG + CHANGE.formatted("first"));
		PgsqlServer master = cluster.master();
		try (Application application = start(Changed.class, MigrationUser.with(properties, "tried=liquibase",
				"spring.liquibase.change-log=" + log.toUri(), "spring.liquibase.analytics-enabled=false"))) {
			assertThat(ask(master, "SELECT server FROM first")).isEqualTo(master.address());

			PgsqlServer promoted = failOverAndTell();
			Files.writeString(log, CHANGE_LOG + CHANGE.formatted("first") + CHANGE.formatted("second"));
			application.bean(SpringLiquibase.class).afterPropertiesSet();
			assertThat(ask(promoted, "SELECT server FROM second")).isEqualTo(promoted.address());
			assertThat(ask(promoted, "SELECT server FROM first")).isEqualTo(master.address());
			assertThat(ask(promoted, "SELECT tableowner FROM pg_tables WHERE tablename = 'second'")).isEqualTo(owner);
		}
	}

	@EnableAutoConfiguration
	static class Changed {

	}

}
