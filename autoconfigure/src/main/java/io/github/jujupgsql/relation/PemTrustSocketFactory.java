package io.github.jujupgsql.relation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Properties;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

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
		String pem = properties.getProperty(DriverProperty.SSL_ROOT_CERT.toString(), "");
		for (Certificate certificate : PemCertificates.read(pem)) {
			trusted.setCertificateEntry("authority-" + trusted.size(), certificate);
		}
		TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trustManagers.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trustManagers.getTrustManagers(), null);
		this.delegate = context.getSocketFactory();
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
