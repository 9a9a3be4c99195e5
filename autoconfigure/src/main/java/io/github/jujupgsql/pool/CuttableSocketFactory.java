package io.github.jujupgsql.pool;

import java.net.Socket;
import java.util.Properties;

import io.github.jujupgsql.relation.HostTimeoutSocketFactory;
import org.postgresql.PGProperty;

/**
 * Makes the sockets of {@link ServerSockets}. For the PostgreSQL JDBC driver, which makes
 * one by name for each connection.
 *
 * @since 0.1.0
 */
public final class CuttableSocketFactory extends HostTimeoutSocketFactory {

	private final ServerSockets.Login login;

	/**
	 * Create the factory, as the driver does.
	 * @param properties the driver's properties, which say for whom it is
	 */
	public CuttableSocketFactory(Properties properties) {
		super(properties);
		this.login = ServerSockets.connecting(properties.getProperty(PGProperty.SOCKET_FACTORY_ARG.getName()));
	}

	@Override
	public Socket createSocket() {
		return this.login.add(new CuttableSocket(getHostTimeoutMillis()));
	}

}
