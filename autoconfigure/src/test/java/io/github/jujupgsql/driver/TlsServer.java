package io.github.jujupgsql.driver;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.jujupgsql.test.PgsqlCluster;
import org.postgresql.PGConnection;

/**
 * A real server with TLS, whose certificate is for {@code localhost}, and with users that
 * authenticate in their own ways, all with the same password.
 */
public final class TlsServer implements AutoCloseable {

	/** Is let in by TLS only. */
	public static final String TLS_ONLY = "tls_only";

	/** Is let in without TLS only. */
	public static final String PLAIN_ONLY = "plain_only";

	/** Needs a certificate that the authority has signed, and the password. */
	public static final String WITH_CERTIFICATE = "with_certificate";

	/** Is asked for the password in clear text. */
	static final String CLEAR_TEXT = "clear_text";

	/** Has an MD5 password. */
	static final String MD5 = "md5_user";

	/** Is let in without being asked for anything. */
	public static final String TRUSTED = "trusted";

	private static final String RULES = """
			hostssl   all tls_only         all scram-sha-256
			hostnossl all plain_only       all scram-sha-256
			hostssl   all with_certificate all scram-sha-256 clientcert=verify-ca
			host      all tls_only,plain_only,with_certificate all reject
			host      all clear_text       all password
			host      all md5_user         all md5
			host      all trusted          all trust
			""";

	private final PgsqlCluster cluster = PgsqlCluster.start(0);

	private final Certificates certificates;

	private TlsServer(Certificates certificates) {
		this.certificates = certificates;
	}

	public static TlsServer start(Path folder) throws SQLException, GeneralSecurityException {
		TlsServer server = new TlsServer(Certificates.create(folder));
		try {
			server.setUp();
			return server;
		}
		catch (SQLException | GeneralSecurityException | RuntimeException ex) {
			server.close();
			throw ex;
		}
	}

	private void setUp() throws SQLException, GeneralSecurityException {
		try (Connection connection = this.cluster.master().superuserConnection();
				Statement statement = connection.createStatement()) {
			for (String user : new String[] { TLS_ONLY, PLAIN_ONLY, WITH_CERTIFICATE, CLEAR_TEXT, MD5, TRUSTED }) {
				statement.execute("CREATE ROLE " + user + " LOGIN");
				connection.unwrap(PGConnection.class)
					.alterUserPassword(user, this.cluster.password().toCharArray(),
							user.equals(MD5) ? "md5" : "scram-sha-256");
			}
			put(statement, "authority.crt", this.certificates.certificatePem(Certificates.AUTHORITY));
			put(statement, "pg_hba.conf", RULES + read(statement, "pg_hba.conf"));
			statement.execute("ALTER SYSTEM SET ssl_ca_file = 'authority.crt'");
		}
		this.cluster.tls(this.certificates.certificatePem(Certificates.SERVER),
				this.certificates.keyPem(Certificates.SERVER));
	}

	/**
	 * Write a file as the server's own user.
	 */
	private static void put(Statement statement, String name, String content) throws SQLException {
		String encoded = Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.US_ASCII));
		statement.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; umask 077; echo " + encoded + " | base64 -d > "
				+ name + "'");
	}

	private static String read(Statement statement, String name) throws SQLException {
		return value(statement, "SELECT pg_read_file('" + name + "')");
	}

	private static String value(Statement statement, String query) throws SQLException {
		try (ResultSet result = statement.executeQuery(query)) {
			result.next();
			return result.getString(1);
		}
	}

	public Certificates certificates() {
		return this.certificates;
	}

	public PgsqlCluster cluster() {
		return this.cluster;
	}

	/**
	 * A connection string for the application's user.
	 * @param options what to add or to replace, as {@code keyword=value}
	 */
	public String with(String... options) {
		return Stream.concat(Stream.of(this.cluster.master().connectionString()), Stream.of(options))
			.collect(Collectors.joining(" "));
	}

	/**
	 * Connect and see whether TLS is used.
	 */
	boolean encrypts(String... options) throws SQLException {
		try (Session session = Session.open(with(options))) {
			return session.isEncrypted();
		}
	}

	@Override
	public void close() {
		this.cluster.close();
	}

}
