package io.github.jujupgsql.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import io.github.jujupgsql.driver.Certificates;
import io.github.jujupgsql.driver.TlsServer;
import io.github.jujupgsql.topology.PgsqlTopology;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code juju.pgsql.ssl-mode} and {@code juju.pgsql.ssl-bundle} come to, with a real
 * server.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the server's files are put in place by a shell")
class DriverTlsTests {

	private static final String NAME = "host=localhost";

	private static final String TLS_FAILURE = "PKIX|SSL|could not be verified";

	private static final String SESSION = "SELECT ssl || ' ' || coalesce(client_dn, 'nobody') FROM pg_stat_ssl"
			+ " WHERE pid = pg_backend_pid()";

	private static final String BUNDLE = "spring.ssl.bundle.pem.notes.";

	@TempDir
	@SuppressWarnings("NullAway.Init")
	static Path folder;

	@AutoClose
	@SuppressWarnings("NullAway.Init")
	static TlsServer server;

	private final Path file = folder.resolve("relation.json");

	@BeforeAll
	static void start() throws SQLException, GeneralSecurityException {
		server = TlsServer.start(folder);
	}

	@Test
	void withoutEitherTheRelationAloneCounts() throws IOException {
		writeMaster(NAME, "sslmode=disable");
		runner().run((context) -> assertThat(session(context)).isEqualTo("false nobody"));
	}

	@Test
	void aModeThatAsksForMoreThanTheRelationCounts() throws IOException {
		writeMaster(NAME, "sslmode=disable");
		runner().withPropertyValues("juju.pgsql.ssl-mode=require")
			.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
	}

	@Test
	void aModeThatAsksForLessThanTheRelationDoesNot() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "sslmode=verify-ca", trust(Certificates.OTHER_AUTHORITY));
		runner().withPropertyValues("juju.pgsql.ssl-mode=require").run(refused(TLS_FAILURE));
	}

	@Test
	void theNameIsVerifiedWhereTheRelationHasOnlyTheAuthorityVerified() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "sslmode=verify-ca", trust(Certificates.AUTHORITY));
		ApplicationContextRunner runner = runner().withPropertyValues("juju.pgsql.ssl-mode=verify-full");
		runner.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
		writeMaster("sslmode=verify-ca", trust(Certificates.AUTHORITY));
		runner.run(refused(TLS_FAILURE));
		runner().run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
	}

	@Test
	void aBundleBringsTheAuthorityThatTheRelationDoesNot() throws IOException, GeneralSecurityException {
		writeMaster(NAME);
		ApplicationContextRunner runner = runner().withPropertyValues("juju.pgsql.ssl-bundle=notes",
				"juju.pgsql.ssl-mode=verify-full");
		runner.withPropertyValues(trusts(Certificates.AUTHORITY))
			.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
		runner.withPropertyValues(trusts(Certificates.OTHER_AUTHORITY)).run(refused(TLS_FAILURE));
	}

	@Test
	void anAuthorityIsReasonEnoughToVerify() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "sslmode=disable");
		ApplicationContextRunner runner = runner().withPropertyValues("juju.pgsql.ssl-bundle=notes");
		runner.withPropertyValues(trusts(Certificates.AUTHORITY))
			.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
		runner.withPropertyValues(trusts(Certificates.OTHER_AUTHORITY)).run(refused(TLS_FAILURE));
	}

	@Test
	void aBundleBringsTheClientCertificate() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "user=" + TlsServer.WITH_CERTIFICATE);
		runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(shows(Certificates.CLIENT))
			.run((context) -> assertThat(session(context)).isEqualTo("true /CN=client"));
		runner().run(refused("SQLSTATE 28000"));
	}

	@Test
	void theClientCertificateIsShownToWhomTheRelationTrusts() throws IOException, GeneralSecurityException {
		ApplicationContextRunner runner = runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(shows(Certificates.CLIENT));
		writeMaster(NAME, "user=" + TlsServer.WITH_CERTIFICATE, "sslmode=verify-full", trust(Certificates.AUTHORITY));
		runner.run((context) -> assertThat(session(context)).isEqualTo("true /CN=client"));
		writeMaster(NAME, "user=" + TlsServer.WITH_CERTIFICATE, "sslmode=verify-full",
				trust(Certificates.OTHER_AUTHORITY));
		runner.run(refused(TLS_FAILURE));
		writeMaster(NAME, "user=" + TlsServer.WITH_CERTIFICATE, "sslrootcert=system");
		runner.run(refused(TLS_FAILURE));
	}

	@Test
	void theRelationSaysWhomToTrustUnlessTheApplicationAsksForMore() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "sslmode=verify-full", trust(Certificates.AUTHORITY));
		runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(trusts(Certificates.OTHER_AUTHORITY))
			.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
		writeMaster(NAME, "sslmode=verify-ca", trust(Certificates.OTHER_AUTHORITY));
		runner().withPropertyValues("juju.pgsql.ssl-bundle=notes", "juju.pgsql.ssl-mode=verify-full")
			.withPropertyValues(trusts(Certificates.AUTHORITY))
			.run((context) -> assertThat(session(context)).isEqualTo("true nobody"));
	}

	@Test
	void withABundleNoConnectionGoesWithoutTls() throws IOException, GeneralSecurityException {
		writeMaster(NAME, "user=" + TlsServer.PLAIN_ONLY);
		runner().run((context) -> assertThat(session(context)).isEqualTo("false nobody"));
		runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(trusts(Certificates.AUTHORITY))
			.run(refused("SQLSTATE 28000"));
	}

	@ParameterizedTest
	@CsvSource({ "enabled-protocols=TLSv1.2, version, TLSv1.2",
			"ciphers=TLS_AES_128_GCM_SHA256, cipher, TLS_AES_128_GCM_SHA256" })
	void theOptionsOfTheBundleApply(String option, String column, String expected)
			throws IOException, GeneralSecurityException {
		writeMaster(NAME);
		String query = "SELECT " + column + " FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
		ApplicationContextRunner runner = runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(trusts(Certificates.AUTHORITY));
		runner.run((context) -> assertThat(context.getBean(JdbcTemplate.class).queryForObject(query, String.class))
			.isNotEqualTo(expected));
		runner.withPropertyValues(BUNDLE + "options." + option)
			.run((context) -> assertThat(context.getBean(JdbcTemplate.class).queryForObject(query, String.class))
				.isEqualTo(expected));
	}

	@Test
	void aBundleThatIsReloadedCountsForConnectionsThatAreOpenedFromThenOn()
			throws IOException, GeneralSecurityException {
		writeMaster(NAME, "user=" + TlsServer.WITH_CERTIFICATE);
		runner().withPropertyValues("juju.pgsql.ssl-bundle=notes")
			.withPropertyValues(trusts(Certificates.AUTHORITY))
			.run((context) -> {
				refused("SQLSTATE 28000").accept(context);
				context.getBean(SslBundleRegistry.class)
					.updateBundle("notes",
							SslBundle.of(new PemSslStoreBundle(
									PemSslStoreDetails.forCertificate(pem(Certificates.CLIENT))
										.withPrivateKey(server.certificates().keyPem(Certificates.CLIENT)),
									PemSslStoreDetails.forCertificate(pem(Certificates.AUTHORITY)))));
				assertThat(session(context)).isEqualTo("true /CN=client");
			});
	}

	@Test
	void aBundleThatDoesNotExistIsNamedAndSoAreTheOthers() {
		runner().withPropertyValues("juju.pgsql.ssl-bundle=nots", BUNDLE + "options.ciphers=any")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining(InvalidConfigurationPropertyValueException.class.getName())
				.hasStackTraceContaining("Property juju.pgsql.ssl-bundle with value 'nots' is invalid")
				.hasStackTraceContaining("[notes]"));
	}

	@ParameterizedTest
	@CsvSource({ "ssl-mode=require, sslmode=verify-full", "ssl-mode=require, ssl=true",
			"ssl-bundle=notes, sslrootcert=/ca.crt", "ssl-bundle=notes, sslfactory=my.Factory" })
	void whatIsToldTheDriverAsWellIsRefused(String property, String driver) {
		runner()
			.withPropertyValues("juju.pgsql." + property, BUNDLE + "options.ciphers=any",
					"spring.datasource.hikari.data-source-properties." + driver)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(MutuallyExclusiveConfigurationPropertiesException.class)
				.hasMessageContainingAll("juju.pgsql." + property.split("=")[0], driver.split("=")[0]));
	}

	@ParameterizedTest
	@ValueSource(strings = { "prefer", "disable", "verify-all" })
	void aModeThatAsksForNothingIsRefused(String mode) {
		runner().withPropertyValues("juju.pgsql.ssl-mode=" + mode)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasStackTraceContaining("juju.pgsql.ssl-mode"));
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class, SslAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=" + this.file,
					"spring.datasource.hikari.connection-timeout=60000", "spring.datasource.hikari.minimum-idle=0");
	}

	private void writeMaster(String... options) throws IOException {
		Files.writeString(this.file, JsonMapper.shared().writeValueAsString(Map.of("master", server.with(options))));
	}

	private static String trust(String authority) throws GeneralSecurityException {
		return "sslrootcert='" + pem(authority) + "'";
	}

	private static String pem(String name) throws GeneralSecurityException {
		return server.certificates().certificatePem(name);
	}

	private static String[] trusts(String authority) throws GeneralSecurityException {
		return new String[] { BUNDLE + "truststore.certificate=" + pem(authority) };
	}

	private static String[] shows(String name) throws GeneralSecurityException {
		return new String[] { BUNDLE + "keystore.certificate=" + pem(name),
				BUNDLE + "keystore.private-key=" + server.certificates().keyPem(name) };
	}

	private static String session(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		return ask(context.getBean(JdbcTemplate.class));
	}

	private static String ask(JdbcTemplate template) {
		return String.valueOf(template.queryForObject(SESSION, String.class));
	}

	/**
	 * Wait until the server has been asked in vain, for one reason.
	 */
	private static ContextConsumer<AssertableApplicationContext> refused(String reason) {
		return (context) -> {
			assertThat(context).hasNotFailed();
			PgsqlTopology topology = context.getBean(PgsqlTopology.class);
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(topology.getRoles().noPrimaryReason()).containsPattern(reason));
			assertThat(topology.getRoles().primary()).isNull();
		};
	}

}
