package io.github.jujupgsql.test;

import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The way from a {@link PgsqlService} to one server, with the connections that were led
 * there. Safe for use by several threads.
 */
final class ServiceEndpoint {

	private final PgsqlServer server;

	/** Changed and read under the lock of this, as is whether the server is lost. */
	private final Set<ServiceConnection> connections = new HashSet<>();

	private boolean lost;

	ServiceEndpoint(PgsqlServer server) {
		this.server = server;
	}

	InetSocketAddress address() {
		return new InetSocketAddress(this.server.host(), this.server.port());
	}

	synchronized void admit(Socket client) {
		ServiceConnection connection = new ServiceConnection(this, client);
		this.connections.add(connection);
		connection.start();
	}

	synchronized void lose() {
		this.lost = true;
	}

	synchronized void recover() {
		this.lost = false;
		notifyAll();
	}

	/**
	 * Wait until the server is not lost, or the connection has been cut off.
	 * @param connection the connection
	 */
	synchronized void awaitReachable(ServiceConnection connection) throws InterruptedIOException {
		try {
			while (this.lost && this.connections.contains(connection)) {
				wait();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException();
		}
	}

	synchronized void remove(ServiceConnection connection) {
		this.connections.remove(connection);
		notifyAll();
	}

	synchronized int open() {
		return (int) this.connections.stream().filter(ServiceConnection::isOpen).count();
	}

	void reset() {
		connections().forEach(ServiceConnection::reset);
	}

	private synchronized List<ServiceConnection> connections() {
		return List.copyOf(this.connections);
	}

	@Override
	public String toString() {
		return this.server.toString();
	}

}
