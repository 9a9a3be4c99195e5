package io.github.jujupgsql.relation;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.Properties;

import javax.net.SocketFactory;

/**
 * Gives each host of a list its own share of the driver's {@code connectTimeout}. For the
 * PostgreSQL JDBC driver, which makes one by name for each connection.
 * <p>
 * The driver itself has one timeout for all hosts together: the first that does not
 * answer uses it up, and each that comes after it has a millisecond left.
 * {@code sslmode=allow} alone has the driver try each host twice.
 *
 * @since 0.1.0
 */
public final class HostTimeoutSocketFactory extends SocketFactory {

	private final int millis;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties, with a timeout
	 */
	public HostTimeoutSocketFactory(Properties properties) {
		int hosts = Servers.split(properties.getProperty(DriverProperty.PG_HOST.toString(), "")).size();
		long seconds = Long.parseLong(properties.getProperty(DriverProperty.CONNECT_TIMEOUT.toString(), "0"));
		this.millis = (int) Math.min(seconds * 1000 / hosts, Integer.MAX_VALUE);
	}

	@Override
	public Socket createSocket() {
		return new LimitedSocket(this.millis);
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return getDefault().createSocket(host, port);
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return getDefault().createSocket(host, port, localHost, localPort);
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return getDefault().createSocket(host, port);
	}

	@Override
	public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
			throws IOException {
		return getDefault().createSocket(address, port, localAddress, localPort);
	}

	/**
	 * Waits for no host longer than for another.
	 */
	private static final class LimitedSocket extends Socket {

		private final int millis;

		LimitedSocket(int millis) {
			this.millis = millis;
		}

		@Override
		public void connect(SocketAddress endpoint, int timeout) throws IOException {
			// 0 is no limit to both
			boolean limited = this.millis > 0 && (timeout == 0 || timeout > this.millis);
			try {
				super.connect(endpoint, limited ? this.millis : timeout);
			}
			catch (SocketTimeoutException ex) {
				// after which the driver would try the same host again, without TLS
				throw (ConnectException) new ConnectException("The host does not answer").initCause(ex);
			}
		}

	}

}
