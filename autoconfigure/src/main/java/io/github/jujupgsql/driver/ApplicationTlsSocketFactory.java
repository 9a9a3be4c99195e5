package io.github.jujupgsql.driver;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Properties;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.github.jujupgsql.driver.ApplicationTls.Material;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ssl.NonValidatingFactory;

/**
 * Shows the certificate that the application brings. For the PostgreSQL JDBC driver,
 * which makes one by name for each connection.
 * <p>
 * Whom to trust is said by the driver's property {@code sslrootcert}: what the
 * application brings ({@link #OWN_AUTHORITIES}), the JVM's authorities ({@link #SYSTEM}),
 * or certificates, as PEM text or in a file. If it says nothing, the JVM's authorities
 * are trusted where the server is to be verified, and everybody where it is not, as the
 * driver does.
 *
 * @since 0.1.0
 */
public final class ApplicationTlsSocketFactory extends DelegatingSslSocketFactory {

	/** Trust what the application brings. */
	public static final String OWN_AUTHORITIES = "ssl-bundle:";

	/** Trust the JVM's authorities. The word is libpq's. */
	public static final String SYSTEM = "system";

	private final Material material;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties
	 * @throws GeneralSecurityException if the certificates cannot be used
	 * @throws IOException if they cannot be read
	 */
	public ApplicationTlsSocketFactory(Properties properties) throws GeneralSecurityException, IOException {
		this(properties, ApplicationTls.find(properties.getProperty(PGProperty.SSL_FACTORY_ARG.getName(), "")));
	}

	private ApplicationTlsSocketFactory(Properties properties, Material material)
			throws GeneralSecurityException, IOException {
		super(context(properties, material));
		this.material = material;
	}

	private static SSLContext context(Properties properties, Material material)
			throws GeneralSecurityException, IOException {
		SSLContext context = SSLContext.getInstance(material.protocol());
		context.init(material.keys(), trust(properties, material), null);
		return context;
	}

	private static TrustManager @Nullable [] trust(Properties properties, Material material)
			throws GeneralSecurityException, IOException {
		String authorities = properties.getProperty(PGProperty.SSL_ROOT_CERT.getName(), "");
		if (authorities.equals(OWN_AUTHORITIES)) {
			return material.authorities();
		}
		if (authorities.equals(SYSTEM) || (authorities.isEmpty() && isVerified(properties))) {
			return null;
		}
		if (authorities.isEmpty()) {
			return new TrustManager[] { new NonValidatingFactory.NonValidatingTM() };
		}
		return PemTrust.in(PemTrust.isPem(authorities) ? authorities : Files.readString(Path.of(authorities)));
	}

	private static boolean isVerified(Properties properties) {
		String mode = properties.getProperty(PGProperty.SSL_MODE.getName(), "");
		return mode.toLowerCase(Locale.ROOT).startsWith("verify-");
	}

	@Override
	public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
		Socket created = super.createSocket(socket, host, port, autoClose);
		if (created instanceof SSLSocket sslSocket) {
			if (this.material.enabledProtocols() != null) {
				sslSocket.setEnabledProtocols(this.material.enabledProtocols());
			}
			if (this.material.ciphers() != null) {
				sslSocket.setEnabledCipherSuites(this.material.ciphers());
			}
		}
		return created;
	}

}
