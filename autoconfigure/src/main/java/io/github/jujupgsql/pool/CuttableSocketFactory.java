package io.github.jujupgsql.pool;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;

import javax.net.SocketFactory;

import io.github.jujupgsql.pool.ServerSockets.Attempt;
import io.github.jujupgsql.relation.HostTimeoutSocket;
import io.github.jujupgsql.relation.HostTimeoutSocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.util.PSQLException;

/**
 * Makes the sockets of {@link ServerSockets}, by the application's own factory if it has
 * one. For the PostgreSQL JDBC driver, which makes one by name for each connection.
 *
 * @since 0.1.0
 */
public final class CuttableSocketFactory extends HostTimeoutSocketFactory {

	private final Attempt attempt;

	private final @Nullable SocketFactory applicationFactory;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties, which say for whom it is
	 * @throws PSQLException if the application's own factory cannot be made
	 */
	public CuttableSocketFactory(Properties properties) throws PSQLException {
		super(properties);
		this.attempt = ServerSockets.connecting(properties.getProperty(PGProperty.SOCKET_FACTORY_ARG.getName()));
		this.applicationFactory = this.attempt.applicationFactory();
	}

	@Override
	public Socket createSocket() throws IOException {
		CuttableSocket socket = (this.applicationFactory != null)
				? new CuttableSocket(this.applicationFactory.createSocket(), true)
				: new CuttableSocket(hostTimeoutSocket(), false);
		return this.attempt.add(socket);
	}

	private Socket hostTimeoutSocket() throws IOException {
		Socket socket = new HostTimeoutSocket(getHostTimeoutMillis());
		// makes the JDK create what is beneath: a socket that is closed before, while
		// another thread begins to connect it, is connected all the same, and never
		// closed
		socket.getSoTimeout();
		return socket;
	}

}
