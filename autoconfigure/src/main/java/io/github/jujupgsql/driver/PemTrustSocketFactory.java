package io.github.jujupgsql.driver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Properties;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

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
public final class PemTrustSocketFactory extends SSLSocketFactory {

	private final SSLSocketFactory delegate;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties
	 * @throws GeneralSecurityException if the certificates cannot be used
	 * @throws IOException never
	 */
	public PemTrustSocketFactory(Properties properties) throws GeneralSecurityException, IOException {
		KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
		trusted.load(null);
		String pem = properties.getProperty(PGProperty.SSL_ROOT_CERT.getName(), "");
		for (Certificate certificate : certificates(pem)) {
			trusted.setCertificateEntry("authority-" + trusted.size(), certificate);
		}
		TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trustManagers.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trustManagers.getTrustManagers(), null);
		this.delegate = context.getSocketFactory();
	}

	private static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
		byte[] bytes = pem.strip().getBytes(StandardCharsets.UTF_8);
		return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
	}

	@Override
	public String[] getDefaultCipherSuites() {
		return this.delegate.getDefaultCipherSuites();
	}

	@Override
	public String[] getSupportedCipherSuites() {
		return this.delegate.getSupportedCipherSuites();
	}

	@Override
	public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
		return this.delegate.createSocket(socket, host, port, autoClose);
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return this.delegate.createSocket(host, port);
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return this.delegate.createSocket(host, port, localHost, localPort);
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return this.delegate.createSocket(host, port);
	}

	@Override
	public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
			throws IOException {
		return this.delegate.createSocket(address, port, localAddress, localPort);
	}

}
