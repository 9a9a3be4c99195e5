package io.github.jujupgsql.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLException;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.InvalidConnectionStringException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.WantedDatabase;
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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What the options for TLS come to between the driver and a real server.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the server's files are put in place by a shell")
@Timeout(60)
class TlsTests {

	private static final String RIGHT_NAME = "host=localhost";

	private static final String WRONG_NAME = "host=127.0.0.1";

	@TempDir
	static Path folder;

	@AutoClose
	static TlsServer server;

	private static String authority;

	private static String otherAuthority;

	@BeforeAll
	static void start() throws SQLException, GeneralSecurityException, IOException {
		server = TlsServer.start(folder);
		authority = "sslrootcert=" + server.certificates().certificateFile(Certificates.AUTHORITY);
		otherAuthority = "sslrootcert=" + server.certificates().certificateFile(Certificates.OTHER_AUTHORITY);
	}

	@ParameterizedTest
	@CsvSource({ "disable,false", "allow,false", "prefer,true", "require,true" })
	void aModeThatVerifiesNothingUsesTlsAsItsNameSays(String mode, boolean encrypted) throws SQLException {
		assertThat(server.encrypts(WRONG_NAME, "sslmode=" + mode)).isEqualTo(encrypted);
	}

	@Test
	void withoutAModeTlsIsPreferred() throws SQLException {
		assertThat(server.encrypts(WRONG_NAME)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "allow", "prefer", "require" })
	void aServerThatInsistsOnTlsIsReached(String mode) throws SQLException {
		assertThat(server.encrypts("user=" + TlsServer.TLS_ONLY, "sslmode=" + mode)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "disable", "allow", "prefer" })
	void aServerThatRefusesTlsIsReachedByAModeThatDoesNotInsist(String mode) throws SQLException {
		assertThat(server.encrypts("user=" + TlsServer.PLAIN_ONLY, "sslmode=" + mode)).isFalse();
	}

	@Test
	void requireNeverGoesWithoutTls() {
		assertThatServerRefuses("user=" + TlsServer.PLAIN_ONLY, "sslmode=require");
	}

	@Test
	void disableNeverGoesWithTls() {
		assertThatServerRefuses("user=" + TlsServer.TLS_ONLY, "sslmode=disable");
	}

	@ParameterizedTest
	@ValueSource(strings = { "require", "verify-ca" })
	void withAnAuthorityTheServersCertificateIsVerifiedButNotItsName(String mode) throws SQLException {
		assertThat(server.encrypts(WRONG_NAME, "sslmode=" + mode, authority)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "require", "verify-ca", "verify-full" })
	void aServerOfAnotherAuthorityIsRefused(String mode) {
		assertThatTlsFails(RIGHT_NAME, "sslmode=" + mode, otherAuthority);
	}

	@Test
	void verifyFullAcceptsTheNameThatTheCertificateIsFor() throws SQLException {
		assertThat(server.encrypts(RIGHT_NAME, "sslmode=verify-full", authority)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=127.0.0.1", "host='' hostaddr=127.0.0.1" })
	void verifyFullRefusesAnyOtherName(String name) {
		assertThatConnectionFails(name, "sslmode=verify-full", authority)
			.withMessageContaining("could not be verified");
	}

	@Test
	void verifyFullLooksAtTheNameAlsoWhereAnAddressIsGiven() throws SQLException {
		assertThat(server.encrypts(RIGHT_NAME, "hostaddr=127.0.0.1", "sslmode=verify-full", authority)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "require", "verify-ca" })
	void otherModesGoToTheAddressAndDoNotLookUpTheName(String mode) throws SQLException {
		assertThat(server.encrypts("host=db.invalid", "hostaddr=127.0.0.1", "sslmode=" + mode, authority)).isTrue();
	}

	@Test
	void sslTrueOfAUriUsesTlsAndVerifiesNothing() throws SQLException {
		String uri = server.cluster().master().uri() + "?ssl=true";
		try (Session session = Session.open(uri)) {
			assertThat(session.isEncrypted()).isTrue();
		}
	}

	@Test
	void sslTrueOfAUriInsistsOnTls() {
		String uri = server.cluster().master().uri() + "?ssl=true&user=" + TlsServer.PLAIN_ONLY;
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(uri))
			.returns("28000", SQLException::getSQLState);
	}

	@Test
	void aPrivateAuthorityIsNotAmongThoseOfTheSystem() {
		assertThatTlsFails(RIGHT_NAME, "sslrootcert=system");
		assertThatTlsFails(RIGHT_NAME, "sslrootcert=system", "sslmode=verify-full");
	}

	@ParameterizedTest
	@ValueSource(strings = { "disable", "prefer", "require", "verify-ca" })
	void theAuthoritiesOfTheSystemAreNotUsedByAWeakerMode(String mode) {
		String string = server.with(RIGHT_NAME, "sslrootcert=system", "sslmode=" + mode);
		assertThatExceptionOfType(InvalidConnectionStringException.class).isThrownBy(() -> Session.open(string))
			.withMessageStartingWith("sslmode ");
	}

	@Test
	void anAuthorityThatIsMissingIsNoReasonToTrust() {
		assertThatConnectionFails(RIGHT_NAME, "sslmode=verify-ca", "sslrootcert=" + folder.resolve("missing.crt"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "require", "verify-ca", "verify-full" })
	void directNegotiationReachesAServerThatIsVerified(String mode) throws SQLException {
		assumeTrue(Integer.parseInt(server.cluster().version().split("\\.")[0]) >= 17, "new in PostgreSQL 17");
		assertThat(server.encrypts(RIGHT_NAME, "sslmode=" + mode, "sslnegotiation=direct", authority)).isTrue();
		assertThatTlsFails(RIGHT_NAME, "sslmode=" + mode, "sslnegotiation=direct", otherAuthority);
	}

	@ParameterizedTest
	@CsvSource({ "direct,22", "postgres,0" })
	void directNegotiationSavesTheRequestForTls(String negotiation, int first) throws Exception {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			CompletableFuture<Integer> said = CompletableFuture.supplyAsync(() -> firstByte(socket));
			assertThatConnectionFails("port=" + socket.getLocalPort(), "sslmode=require",
					"sslnegotiation=" + negotiation);
			// a handshake of TLS begins with 22, and the length of a request with 0
			assertThat(said.get()).isEqualTo(first);
		}
	}

	private static int firstByte(ServerSocket socket) {
		try (Socket client = socket.accept()) {
			return client.getInputStream().read();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void theAuthorityOfARelationIsTrustedWhereItsUriNamesTheMode() throws SQLException, GeneralSecurityException {
		try (Session session = Session.open(relation("localhost", Certificates.AUTHORITY))) {
			assertThat(session.isEncrypted()).isTrue();
		}
	}

	@Test
	void anotherAuthorityInARelationIsNotTrusted() throws GeneralSecurityException {
		ConnectionString master = relation("localhost", Certificates.OTHER_AUTHORITY);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(master))
			.withCauseInstanceOf(SSLException.class);
	}

	@Test
	void theUriOfARelationHasTheNameVerified() throws GeneralSecurityException {
		ConnectionString master = relation("127.0.0.1", Certificates.AUTHORITY);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(master))
			.withMessageContaining("could not be verified");
	}

	/**
	 * The master of a relation whose URI asks for verify-full.
	 */
	private static ConnectionString relation(String host, String authority) throws GeneralSecurityException {
		String uri = server.cluster().master().uri().replace("@127.0.0.1:", "@" + host + ":");
		ObjectNode bag = JsonMapper.shared()
			.createObjectNode()
			.put("uris", uri + "?sslmode=verify-full")
			.put("tls", "True")
			.put("tls-ca", server.certificates().certificatePem(authority));
		PgsqlRelation relation = new RelationReader(WantedDatabase.ANY).read(bag.toString().getBytes(UTF_8)).relation();
		return Objects.requireNonNull(relation.master());
	}

	private static void assertThatTlsFails(String... options) {
		assertThatConnectionFails(options).withCauseInstanceOf(SSLException.class);
	}

	private static void assertThatServerRefuses(String... options) {
		assertThatConnectionFails(options).returns("28000", SQLException::getSQLState);
	}

	private static ThrowableAssertAlternative<SQLException> assertThatConnectionFails(String... options) {
		String string = server.with(options);
		return assertThatExceptionOfType(SQLException.class).isThrownBy(() -> Session.open(string));
	}

}
