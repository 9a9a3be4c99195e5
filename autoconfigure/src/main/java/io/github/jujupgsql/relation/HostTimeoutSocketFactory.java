package io.github.jujupgsql.relation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;

import javax.net.SocketFactory;

/**
 * Gives each host of a list its own share of the driver's {@code connectTimeout}. For the
 * PostgreSQL JDBC driver, which makes one by name for each connection.
 * <p>
 * The driver itself has one timeout for all hosts together: the first that does not
 * answer uses it up, and each that comes after it has a millisecond left.
 * {@code sslmode=allow} alone has the driver try each host twice. Where there is one host
 * only, the driver's timeout is good as it is.
 *
 * @since 0.1.0
 */
public class HostTimeoutSocketFactory extends SocketFactory {

	private final int millis;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties
	 */
	public HostTimeoutSocketFactory(Properties properties) {
		int hosts = HostList.split(properties.getProperty(DriverProperty.PG_HOST.toString(), "")).size();
		int seconds = seconds(properties.getProperty(DriverProperty.CONNECT_TIMEOUT.toString(), "0"));
		this.millis = (hosts > 1 && seconds > 0) ? (int) Math.min(seconds * 1000L / hosts, Integer.MAX_VALUE) : 0;
	}

	private static int seconds(String timeout) {
		try {
			return Integer.parseInt(timeout);
		}
		catch (NumberFormatException ex) {
			// an application's own, which is for the driver to refuse
			return 0;
		}
	}

	@Override
	public Socket createSocket() throws IOException {
		return new HostTimeoutSocket(this.millis);
	}

	/**
	 * Return how long to wait for each host.
	 * @return the time in milliseconds, 0 if only the driver's own timeout counts
	 */
	protected final int getHostTimeoutMillis() {
		return this.millis;
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

}
