package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of a client through a {@link PgsqlService}. What one side sends the other
 * gets: bytes, the end, or a reset.
 */
final class ServiceConnection {

	private static final Logger logger = LoggerFactory.getLogger(ServiceConnection.class);

	private static final int BUFFER = 16 * 1024;

	private final ServiceEndpoint endpoint;

	private final Socket client;

	private final Socket server = new Socket();

	/** In how many of the two directions nothing will be sent any more. */
	private final AtomicInteger ended = new AtomicInteger();

	ServiceConnection(ServiceEndpoint endpoint, Socket client) {
		this.endpoint = endpoint;
		this.client = client;
	}

	void start() {
		start(this::connect);
	}

	private void start(Runnable task) {
		Thread thread = new Thread(task, "connection to " + this.endpoint);
		thread.setDaemon(true);
		thread.start();
	}

	private void connect() {
		try {
			this.endpoint.awaitReachable(this);
			this.server.connect(this.endpoint.address());
			this.server.setTcpNoDelay(true);
			this.client.setTcpNoDelay(true);
		}
		catch (IOException ex) {
			logger.debug("Cannot connect to {}", this.endpoint, ex);
			reset();
			return;
		}
		start(() -> pump(this.server, this.client));
		pump(this.client, this.server);
	}

	private void pump(Socket from, Socket to) {
		try {
			try {
				copy(from, to);
				to.shutdownOutput();
				end();
			}
			catch (IOException ex) {
				this.endpoint.awaitReachable(this);
				reset();
			}
		}
		catch (InterruptedIOException ex) {
			reset();
		}
	}

	private void copy(Socket from, Socket to) throws IOException {
		byte[] buffer = new byte[BUFFER];
		while (true) {
			int count = from.getInputStream().read(buffer);
			this.endpoint.awaitReachable(this);
			if (count < 0) {
				return;
			}
			to.getOutputStream().write(buffer, 0, count);
		}
	}

	private void end() throws IOException {
		if (this.ended.incrementAndGet() == 2) {
			this.client.close();
			this.server.close();
			this.endpoint.remove(this);
		}
	}

	boolean isOpen() {
		return this.ended.get() == 0;
	}

	/**
	 * Cut off both sides with a reset.
	 */
	void reset() {
		reset(this.client);
		reset(this.server);
		this.endpoint.remove(this);
	}

	/**
	 * Close a socket with a reset.
	 * @param socket the socket
	 */
	static void reset(Socket socket) {
		try (socket) {
			if (!socket.isClosed()) {
				socket.setSoLinger(true, 0);
			}
		}
		catch (IOException ex) {
			logger.debug("A connection could not be reset", ex);
		}
	}

}
