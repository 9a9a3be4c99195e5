package io.github.jujupgsql.relation;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.Objects;

import javax.net.ssl.SSLException;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.postgresql.Driver;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The way of {@code tls-ca} from the relation file to a real server.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the server's key is put in place by a shell")
class PemTrustSocketFactoryTests {

	private static final TestAuthority authority = TestAuthority.create("ours");

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(0);

	@BeforeAll
	static void encrypt() throws SQLException {
		try (Connection connection = cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			// only the server's own user may own the key
			put(statement, "server.crt", authority.serverCertificate());
			put(statement, "server.key", authority.serverKey());
			statement.execute("ALTER SYSTEM SET ssl = on");
			statement.execute("SELECT pg_reload_conf()");
			await().until(() -> "on".equals(ask(connection, "SHOW ssl")));
		}
	}

	private static void put(Statement statement, String name, String content) throws SQLException {
		String encoded = Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.US_ASCII));
		statement.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; umask 077; echo " + encoded + " | base64 -d > "
				+ name + "'");
	}

	@Test
	void aServerWhoseCertificateTheAuthoritySignedIsTrusted() throws SQLException {
		assertThat(encryption(authority.certificate())).isEqualTo("t");
	}

	@Test
	void oneOfSeveralAuthoritiesIsEnough() throws SQLException {
		assertThat(encryption(TestAuthority.certificateOf("other") + authority.certificate())).isEqualTo("t");
	}

	@Test
	void aServerWhoseCertificateAnotherAuthoritySignedIsNotTrusted() {
		String other = TestAuthority.certificateOf("ours");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> encryption(other))
			.withCauseInstanceOf(SSLException.class);
	}

	@Test
	void withoutAuthorityTheConnectionIsEncrypted() throws SQLException {
		assertThat(encryption("")).isEqualTo("t");
	}

	private static String encryption(String authorities) throws SQLException {
		PgsqlServer server = cluster.master();
		var bag = JsonMapper.shared()
			.createObjectNode()
			.put("endpoints", server.address())
			.put("username", cluster.user())
			.put("password", cluster.password())
			.put("database", cluster.database())
			.put("tls", "True")
			.put("tls-ca", authorities);
		PgsqlRelation relation = RelationTexts.read(bag.toString()).relation();
		ConnectionString master = Objects.requireNonNull(relation.master());
		try (Connection connection = new Driver().connect(DriverProperties.URL,
				DriverProperties.of(master, "").toProperties())) {
			return ask(Objects.requireNonNull(connection), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
		}
	}

	private static String ask(Connection connection, String query) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
			result.next();
			return result.getString(1);
		}
	}

}
