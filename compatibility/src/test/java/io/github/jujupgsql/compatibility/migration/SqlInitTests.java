package io.github.jujupgsql.compatibility.migration;

import java.nio.file.Files;
import java.nio.file.Path;

import io.github.jujupgsql.compatibility.AbstractFailoverTests;
import io.github.jujupgsql.compatibility.Application;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with {@code spring.sql.init}.
 */
class SqlInitTests extends AbstractFailoverTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@Test
	void scriptsRunOnThePrimaryAtEachStart() throws Exception {
		Path schema = Files.writeString(this.folder.resolve("schema.sql"),
				"CREATE TABLE IF NOT EXISTS starts (server text)");
		Path data = Files.writeString(this.folder.resolve("data.sql"), "INSERT INTO starts " + Application.SERVER);
		String[] properties = { "spring.sql.init.mode=always", "spring.sql.init.schema-locations=" + schema.toUri(),
				"spring.sql.init.data-locations=" + data.toUri() };
		PgsqlServer master = cluster.master();
		try (Application application = start(Initialised.class, properties)) {
			PgsqlServer promoted = failOver();
			application.jdbc().sql("INSERT INTO starts VALUES ('meanwhile')").update();
			// the file still names the server that is dead
			try (Application second = start(Initialised.class, properties)) {
				assertThat(second.jdbc().sql("SELECT server FROM starts").query(String.class).list())
					.containsExactly(master.address(), "meanwhile", promoted.address());
			}
		}
	}

	@EnableAutoConfiguration
	static class Initialised {

	}

}
