package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.jujupgsql.datasource.Replica;
import io.github.jujupgsql.driver.Certificates;
import io.github.jujupgsql.driver.TlsServer;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an operator reads when an application that needs the database cannot start. Each
 * is started for real, against a real server.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the server's files are put in place by a shell")
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysesTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path folder;

	@AutoClose
	@SuppressWarnings("NullAway.Init")
	static TlsServer server;

	/** HikariCP's least, for where there is no server that could answer. */
	private static final Duration AT_ONCE = Duration.ofMillis(250);

	/** In this time a busy machine's server has said why it refuses. */
	private static final Duration ASKED = Duration.ofSeconds(2);

	private final Path file = folder.resolve("relation.json");

	@BeforeAll
	static void start() throws SQLException, GeneralSecurityException {
		server = TlsServer.start(folder);
	}

	@Test
	void theFileIsMissing(CapturedOutput output) {
		Path missing = folder.resolve("missing.json");
		assertThatAnalysisWithoutServer(output, missing).contains("The relation file " + missing + " does not exist",
				"juju status --relations", "spring.datasource.hikari.connection-timeout");
	}

	@Test
	void theFileIsInvalid(CapturedOutput output) throws IOException {
		Files.writeString(this.file, "{\"master\": \"host=10.0.0.5 user=u pasword=s3cret\"}");
		assertThatAnalysisWithoutServer(output, this.file)
			.contains("Relation file " + this.file + ": 'master'", "unknown keyword at character 22",
					"See what the charm writes")
			.doesNotContain("s3cret");
	}

	@Test
	void theFileHasAParameterThatIsRefused(CapturedOutput output) throws IOException {
		writeMaster("service=s3cret");
		assertThatAnalysisWithoutServer(output, this.file)
			.contains("Relation file " + this.file + ": 'master'", "service would take settings from a local file",
					"See what the charm writes")
			.doesNotContain("s3cret");
	}

	@Test
	void theDatabaseHasNotBeenGranted(CapturedOutput output) throws IOException {
		writeMaster();
		assertThatAnalysisWithoutServer(output, this.file, "juju.pgsql.extensions=citext,hstore",
				"juju.pgsql.database=reports")
			.contains("The relation file " + this.file + ": no servers yet; waiting for 'database'",
					"juju.pgsql.database is reports", "juju.pgsql.extensions is [citext, hstore]", "juju status");
	}

	@Test
	void theFileNamesNoMaster(CapturedOutput output) throws IOException {
		Files.writeString(this.file, "{\"database\": \"notes\", \"master\": null}");
		assertThatAnalysisWithoutServer(output, this.file)
			.contains("The relation file " + this.file + " names no master", "See what the charm has written");
	}

	@Test
	void theServerCannotBeReached(CapturedOutput output) throws IOException {
		writeMaster("port=1");
		assertThatAnalysis(output, this.file).contains("127.0.0.1:1: ", "refused", "The server does not answer",
				this.file.toString());
	}

	@Test
	void thePasswordIsRefused(CapturedOutput output) throws IOException {
		writeMaster("password=s3cret");
		assertThatAnalysis(output, this.file)
			.contains(server.cluster().master().address(), "(SQLSTATE 28P01)", "does not take the password",
					this.file.toString())
			.doesNotContain("s3cret");
	}

	@Test
	void theUserIsNotLetInFromHere(CapturedOutput output) throws IOException {
		writeMaster("user=" + TlsServer.PLAIN_ONLY, "sslmode=require");
		assertThatAnalysis(output, this.file).contains(server.cluster().master().address(), "(SQLSTATE 28000)",
				"egress-subnets", this.file.toString());
	}

	@Test
	void thereIsNoSuchDatabase(CapturedOutput output) throws IOException {
		writeMaster("dbname=nowhere");
		assertThatAnalysis(output, this.file).contains("(SQLSTATE 3D000)", "no such database");
	}

	@Test
	void theServerShowsACertificateOfAnotherAuthority(CapturedOutput output)
			throws IOException, GeneralSecurityException {
		Path authority = folder.resolve("ca.crt");
		Files.writeString(authority, server.certificates().certificatePem(Certificates.OTHER_AUTHORITY));
		writeMaster("sslmode=verify-ca", "sslrootcert=" + authority);
		assertThatAnalysis(output, this.file).contains(server.cluster().master().address(),
				"TLS with the server has failed", "tls-ca", this.file.toString());
	}

	@Test
	void thereIsNoReplicaAndReadsAreNotToGoToThePrimary(CapturedOutput output) throws IOException {
		writeMaster();
		assertThatAnalysis(NeedsReplica.class, AT_ONCE, output, this.file,
				"juju.pgsql.replica.fallback-to-primary=false")
			.contains("Something needed a replica while the application started", "there is no standby",
					this.file.toString(), "juju.pgsql.replica.fallback-to-primary");
	}

	@Test
	void theServersCertificateIsForAnotherName(CapturedOutput output) throws IOException, GeneralSecurityException {
		Path authority = folder.resolve("ca.crt");
		Files.writeString(authority, server.certificates().certificatePem(Certificates.AUTHORITY));
		writeMaster("sslmode=verify-full", "sslrootcert=" + authority);
		assertThatAnalysis(output, this.file).contains("TLS with the server has failed", "verify-full")
			.doesNotContain("..");
	}

	private void writeMaster(String... options) throws IOException {
		Files.writeString(this.file, JsonMapper.shared()
			.writeValueAsString(Map.of("database", server.cluster().database(), "master", server.with(options))));
	}

	private static AbstractStringAssert<?> assertThatAnalysis(CapturedOutput output, Path file, String... properties) {
		return assertThatAnalysis(NeedsDatabase.class, ASKED, output, file, properties);
	}

	private static AbstractStringAssert<?> assertThatAnalysisWithoutServer(CapturedOutput output, Path file,
			String... properties) {
		return assertThatAnalysis(NeedsDatabase.class, AT_ONCE, output, file, properties);
	}

	private static AbstractStringAssert<?> assertThatAnalysis(Class<?> type, Duration timeout, CapturedOutput output,
			Path file, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--juju.pgsql.relation-file=" + file,
				"--spring.datasource.hikari.connection-timeout=" + timeout.toMillis(),
				"--spring.main.banner-mode=off"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		SpringApplication application = new SpringApplication(type);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application.run(arguments.toArray(String[]::new)).close());
		String all = output.getAll();
		assertThat(all).contains("APPLICATION FAILED TO START");
		return assertThat(all.substring(all.indexOf("APPLICATION FAILED TO START")));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PgsqlAutoConfiguration.class)
	static class NeedsReplica {

		@Bean
		Integer answer(@Replica JdbcTemplate template) {
			return template.queryForObject("SELECT 42", Integer.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PgsqlAutoConfiguration.class, JdbcTemplateAutoConfiguration.class })
	static class NeedsDatabase {

		@Bean
		Integer answer(JdbcTemplate template) {
			return template.queryForObject("SELECT 42", Integer.class);
		}

	}

}
