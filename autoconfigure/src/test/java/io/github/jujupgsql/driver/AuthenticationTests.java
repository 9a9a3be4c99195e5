package io.github.jujupgsql.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;

import javax.net.ssl.SSLException;

import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the options for authentication come to between the driver and a real server.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the server's files are put in place by a shell")
@Timeout(60)
class AuthenticationTests {

	private static final String REFUSED_BY_SERVER = "28000";

	private static final String REFUSED_BY_DRIVER = "08004";

	private static final String USER_WITH_CERTIFICATE = "user=" + TlsServer.WITH_CERTIFICATE;

	@TempDir
	static Path folder;

	@AutoClose
	static TlsServer server;

	private static Certificates certificates;

	@BeforeAll
	static void start() throws SQLException, GeneralSecurityException {
		server = TlsServer.start(folder);
		certificates = server.certificates();
	}

	@Test
	void withoutACertificateAServerThatWantsOneRefuses() {
		assertThatConnectionFails(USER_WITH_CERTIFICATE, "sslmode=require").returns(REFUSED_BY_SERVER,
				SQLException::getSQLState);
	}

	@Test
	void aCertificateWithAnRsaKeyInPemIsShown() throws Exception {
		assertThatCertificateIsShown(sslcert(Certificates.CLIENT),
				sslkey(certificates.pemKeyFile(Certificates.CLIENT)));
	}

	@ParameterizedTest
	@ValueSource(strings = { Certificates.CLIENT, Certificates.EC_CLIENT })
	void aCertificateWithAKeyInDerIsShown(String client) throws Exception {
		assertThatCertificateIsShown(sslcert(client), sslkey(certificates.derKeyFile(client)));
	}

	@Test
	void anEncryptedKeyInDerIsOpenedWithItsPassword() throws Exception {
		assertThatCertificateIsShown(sslcert(Certificates.CLIENT),
				sslkey(certificates.encryptedDerKeyFile(Certificates.CLIENT)),
				"sslpassword=" + certificates.password());
	}

	@Test
	void aPkcs12FileIsOpenedWithItsPassword() throws Exception {
		assertThatCertificateIsShown(sslkey(certificates.pkcs12File(Certificates.CLIENT)),
				"sslpassword=" + certificates.password());
	}

	@Test
	void aCertificateIsShownToAServerThatIsVerified() throws Exception {
		assertThatCertificateIsShown("host=localhost", "sslmode=verify-full",
				"sslrootcert=" + certificates.certificateFile(Certificates.AUTHORITY), sslcert(Certificates.CLIENT),
				sslkey(certificates.derKeyFile(Certificates.CLIENT)));
	}

	@Test
	void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
		assertThatConnectionFails(USER_WITH_CERTIFICATE, "sslmode=require", sslcert(Certificates.STRANGER),
				sslkey(certificates.derKeyFile(Certificates.STRANGER)));
	}

	@Test
	void aKeyThatIsMissingFailsAndIsNotLeftOut() throws Exception {
		assertThatConnectionFails("sslmode=require", sslcert(Certificates.CLIENT),
				sslkey(folder.resolve("missing.pk8")));
	}

	@Test
	void aCertificateIsShownByNobodyElse() throws Exception {
		try (Session session = Session.open(server.with("sslmode=require"))) {
			assertThat(session.isEncrypted()).isTrue();
			assertThat(subject(session)).isEqualTo("null");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "disable", "prefer", "require" })
	void channelBindingWorksWithScramOverTls(String binding) throws SQLException {
		assertThat(server.encrypts("sslmode=require", "channel_binding=" + binding)).isTrue();
	}

	@Test
	void channelBindingIsNotRequiredInVain() {
		assertThatDriverRefuses("sslmode=disable", "channel_binding=require");
	}

	@ParameterizedTest
	@ValueSource(strings = { TlsServer.CLEAR_TEXT, TlsServer.MD5, TlsServer.TRUSTED })
	void channelBindingIsRequiredOfEveryWayToAuthenticate(String user) {
		assertThatDriverRefuses("sslmode=require", "channel_binding=require", "user=" + user);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			scram-sha-256             | juju_notes
			md5,scram-sha-256         | juju_notes
			!password,!md5            | juju_notes
			!oauth,!password          | juju_notes
			''                        | juju_notes
			md5                       | md5_user
			!scram-sha-256            | md5_user
			password                  | clear_text
			none                      | trusted
			""")
	void aWayToAuthenticateThatIsAllowedIsGone(String methods, String user) throws SQLException {
		assertThat(server.encrypts("require_auth='" + methods + "'", "user=" + user)).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			md5                       | juju_notes
			!scram-sha-256            | juju_notes
			none                      | juju_notes
			scram-sha-256             | md5_user
			scram-sha-256             | clear_text
			!password,!oauth          | clear_text
			scram-sha-256             | trusted
			!none                     | trusted
			""")
	void aWayToAuthenticateThatIsNotAllowedIsRefused(String methods, String user) {
		assertThatDriverRefuses("require_auth='" + methods + "'", "user=" + user);
	}

	private static String sslcert(String client) throws IOException, GeneralSecurityException {
		return "sslcert=" + certificates.certificateFile(client);
	}

	private static String sslkey(Path file) {
		return "sslkey=" + file;
	}

	private static void assertThatCertificateIsShown(String... options) throws SQLException {
		String string = server.with(USER_WITH_CERTIFICATE, "sslmode=require", String.join(" ", options));
		try (Session session = Session.open(string)) {
			assertThat(session.isEncrypted()).isTrue();
			assertThat(subject(session)).isEqualTo("/CN=client");
		}
	}

	private static String subject(Session session) throws SQLException {
		return session.ask("SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
	}

	private static void assertThatDriverRefuses(String... options) {
		assertThatConnectionFails(options).returns(REFUSED_BY_DRIVER, SQLException::getSQLState);
	}

	private static ThrowableAssertAlternative<SQLException> assertThatConnectionFails(String... options) {
		String string = server.with(options);
		return assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(string));
	}

}
