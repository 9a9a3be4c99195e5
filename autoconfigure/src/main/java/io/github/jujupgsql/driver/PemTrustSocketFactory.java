package io.github.jujupgsql.driver;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Properties;

import javax.net.ssl.SSLContext;

import org.postgresql.PGProperty;

/**
 * Trusts the certificates that stand, as PEM text, in the driver's property
 * {@code sslrootcert}, and those that they have signed. For the PostgreSQL JDBC driver,
 * which makes one by name for each connection.
 * <p>
 * The driver itself takes a path there. A file would have to be kept for as long as any
 * pool opens connections, be hidden from others, and be cleaned up even after a crash; in
 * a container with a read-only file system there would be no place for it. The text needs
 * none of that, and a connection string that trusts another authority is another
 * connection string.
 *
 * @since 0.1.0
 */
public final class PemTrustSocketFactory extends DelegatingSslSocketFactory {

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties
	 * @throws GeneralSecurityException if the certificates cannot be used
	 * @throws IOException never
	 */
	public PemTrustSocketFactory(Properties properties) throws GeneralSecurityException, IOException {
		super(context(properties.getProperty(PGProperty.SSL_ROOT_CERT.getName(), "")));
	}

	private static SSLContext context(String pem) throws GeneralSecurityException, IOException {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, PemTrust.in(pem), null);
		return context;
	}

}
