package io.github.jujupgsql.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.util.PSQLException;

/**
 * Makes sockets that can be fenced and that give each host of a list its own share of the
 * driver's {@code connectTimeout}. For the PostgreSQL JDBC driver, which makes one by
 * name for each connection.
 * <p>
 * The driver itself has one timeout for all hosts together: the first that does not
 * answer uses it up, and each that comes after it has a millisecond left.
 * {@code sslmode=allow} alone has the driver try each host twice. Where there is one host
 * only, the driver's timeout is good as it is.
 * <p>
 * An application's own factory makes the sockets if it has one, and shares out no
 * timeout.
 *
 * @since 0.1.0
 */
public class FenceableSocketFactory extends SocketFactory {

	/** What the sockets are for, or {@code null} if nothing will fence them. */
	private final @Nullable ConnectionAttempt attempt;

	private final @Nullable SocketFactory applicationFactory;

	private final int hostTimeoutMillis;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties, which say for which attempt it is
	 * @throws PSQLException if the application's own factory cannot be made
	 * @throws NullPointerException if the attempt has ended
	 */
	public FenceableSocketFactory(Properties properties) throws PSQLException {
		String number = properties.getProperty(PGProperty.SOCKET_FACTORY_ARG.getName());
		this.attempt = (number != null) ? ServerSockets.connecting(number) : null;
		this.applicationFactory = (this.attempt != null) ? this.attempt.applicationFactory() : null;
		this.hostTimeoutMillis = hostTimeoutMillis(properties);
	}

	private static int hostTimeoutMillis(Properties properties) {
		int hosts = properties.getProperty(PGProperty.PG_HOST.getName(), "").split(",", -1).length;
		int seconds = seconds(properties.getProperty(PGProperty.CONNECT_TIMEOUT.getName(), "0"));
		return (hosts > 1 && seconds > 0) ? (int) Math.min(seconds * 1000L / hosts, Integer.MAX_VALUE) : 0;
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
		FenceableSocket socket = create();
		return (this.attempt != null) ? this.attempt.add(socket) : socket;
	}

	private FenceableSocket create() throws IOException {
		if (this.applicationFactory != null) {
			return new FenceableSocket(this.applicationFactory.createSocket(), true);
		}
		FenceableSocket socket = new FenceableSocket(this.hostTimeoutMillis);
		// makes the JDK create what is beneath: a socket that is closed before, while
		// another thread begins to connect it, is connected all the same, and never
		// closed
		socket.getSoTimeout();
		return socket;
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
