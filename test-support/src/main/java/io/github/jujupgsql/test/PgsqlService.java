package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address that leads to several servers, as that of a Kubernetes Service does: each
 * connection goes to one of them and stays there, also when the service leads elsewhere
 * later. Which servers these are is up to the test, as it is to endpoints in Kubernetes.
 * <p>
 * In turn is the order here, while kube-proxy draws lots. As it has to accept a
 * connection before it can look for the server, a client finds out a little later than in
 * Kubernetes: where that refuses a connection, it is reset here once it is open, and
 * where connecting would take for ever, the server does not say its first word. The
 * operating system goes on confirming what is sent to a lost server, so TCP's own
 * timeouts do not end the silence.
 * <p>
 * Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class PgsqlService implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PgsqlService.class);

	/** A pool that opens all at once does not have to knock twice. */
	private static final int BACKLOG = 256;

	private final String name;

	private final ServerSocket listening;

	private final Thread accepting;

	private final Map<PgsqlServer, ServiceEndpoint> endpoints = new ConcurrentHashMap<>();

	/** Written under the lock of this, as is whose turn it is. */
	private List<PgsqlServer> servers = List.of();

	private int turn;

	private PgsqlService(String name) throws IOException {
		this.name = name;
		this.listening = new ServerSocket(0, BACKLOG, InetAddress.getByName(PgsqlServer.HOST));
		this.accepting = new Thread(this::accept, name);
		this.accepting.setDaemon(true);
	}

	/**
	 * Start a service on a free port. It leads nowhere until it is {@linkplain #leadTo
	 * told}.
	 * @param name what to call it in logs
	 * @return the service, to be closed
	 */
	public static PgsqlService start(String name) {
		try {
			PgsqlService started = new PgsqlService(name);
			started.accepting.start();
			logger.info("Started {}", started);
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		try {
			while (true) {
				admit(this.listening.accept());
			}
		}
		catch (IOException ex) {
			if (!this.listening.isClosed()) {
				logger.error("{} cannot accept connections any more", this, ex);
				close();
			}
		}
	}

	private synchronized void admit(Socket client) {
		if (this.servers.isEmpty()) {
			ServiceConnection.reset(client);
			return;
		}
		PgsqlServer server = this.servers.get(this.turn);
		this.turn = (this.turn + 1) % this.servers.size();
		endpoint(server).admit(client);
	}

	private ServiceEndpoint endpoint(PgsqlServer server) {
		return this.endpoints.computeIfAbsent(server, ServiceEndpoint::new);
	}

	/**
	 * Return the service's host.
	 * @return {@code 127.0.0.1}
	 */
	public String host() {
		return PgsqlServer.HOST;
	}

	/**
	 * Return the service's port.
	 * @return the port, which stays the same
	 */
	public int port() {
		return this.listening.getLocalPort();
	}

	/**
	 * Return host and port.
	 * @return for example {@code 127.0.0.1:40001}
	 */
	public String address() {
		return host() + ":" + port();
	}

	/**
	 * Return the libpq connection string for the application's user and database, with
	 * the password of now, as {@link PgsqlServer#connectionString()} does, but with the
	 * address of the service.
	 * @param cluster whose user and database
	 * @return for example
	 * {@code dbname=notes host=127.0.0.1 password=… port=40001 user=juju_notes}
	 */
	public String connectionString(PgsqlCluster cluster) {
		return new NamedServer(this.name, port(), cluster.home()).connectionString();
	}

	/**
	 * Lead new connections to other servers, in turn and beginning with the first. What
	 * is open stays where it is.
	 * @param others where to; with none, whoever connects is cut off with a reset
	 * @throws IllegalStateException if the service is closed
	 */
	public void leadTo(PgsqlServer... others) {
		leadTo(Arrays.asList(others));
	}

	/**
	 * Lead new connections to other servers, in turn and beginning with the first. What
	 * is open stays where it is. A server that is down is not left out: who is led there
	 * is cut off with a reset, and the next one is led to the next server.
	 * @param others where to; with none, whoever connects is cut off with a reset
	 * @throws IllegalStateException if the service is closed
	 */
	public synchronized void leadTo(List<PgsqlServer> others) {
		if (this.listening.isClosed()) {
			throw new IllegalStateException("The service is closed");
		}
		this.servers = List.copyOf(others);
		this.turn = 0;
		logger.info("{} leads to {}", this, others);
	}

	/**
	 * Lose a server, as when its node loses power or its network: nothing is sent either
	 * way any more on its connections, and nobody learns of it. None is closed or reset,
	 * also when its client or the server ends it. Who is led to the server from now on is
	 * accepted, and hears nothing. The server itself goes on, as do connections to it
	 * that do not lead through this service.
	 * @param server which one, whether the service leads to it or not
	 * @see PgsqlServer#freeze()
	 */
	public void lose(PgsqlServer server) {
		endpoint(server).lose();
		logger.info("{} has lost {}", this, server);
	}

	/**
	 * Find a lost server again. All goes on where it stood still, as TCP sends again what
	 * was not confirmed: what was sent arrives, also that one side has gone, and
	 * connections that were led to the server meanwhile reach it. Nothing happens to a
	 * server that is not lost.
	 * @param server which one
	 */
	public void recover(PgsqlServer server) {
		endpoint(server).recover();
		logger.info("{} has found {} again", this, server);
	}

	/**
	 * Cut off all connections to a server with a reset, on both sides, also if it is
	 * lost. New ones are led there as before.
	 * @param server which one, whether the service leads to it or not
	 */
	public void reset(PgsqlServer server) {
		endpoint(server).reset();
		logger.info("{} has reset the connections to {}", this, server);
	}

	/**
	 * Return how many connections are open to a server: led there, and ended by neither
	 * side. Those to a lost server are open whatever either side does.
	 * @param server which one, whether the service leads to it or not
	 * @return the number
	 */
	public int connectionsTo(PgsqlServer server) {
		return endpoint(server).open();
	}

	/**
	 * Accept nobody any more, and cut off all connections with a reset. Can be called
	 * more than once.
	 */
	@Override
	public void close() {
		try {
			synchronized (this) {
				this.listening.close();
				this.servers = List.of();
			}
			awaitNobodyAccepts();
			this.endpoints.values().forEach(ServiceEndpoint::reset);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot end " + this, ex);
		}
	}

	/**
	 * The operating system goes on accepting for a thread that waits for a connection
	 * until that thread has been told that the socket is closed, which is later.
	 */
	private void awaitNobodyAccepts() {
		if (Thread.currentThread() == this.accepting) {
			return;
		}
		try {
			this.accepting.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public String toString() {
		return this.name + " at " + address();
	}

}
