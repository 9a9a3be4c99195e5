package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * All connections to one server, in its pool or not, and what they are used for; takes
 * them away again when the server has left.
 * <p>
 * Whoever takes them away retires the server first and then walks through {@link #open};
 * the {@link Dialler} adds a connection first and then looks. {@link #role} is written by
 * the thread that assigns roles.
 */
final class ServerConnections {

	private static final Log logger = LogFactory.getLog(ServerConnections.class);

	private final String server;

	private final LoginProperties login;

	private final ConnectionOpener opener;

	private final Dialler dialler;

	private final PoolSource source;

	private final PoolTimes times;

	private final Ticker ticker;

	private final VerifiedConnections open = new VerifiedConnections();

	private final CloseBarrier barrier = new CloseBarrier();

	private final InstanceGate gate;

	private final UnpooledConnections unpooled;

	private final LastAttempt lastAttempt;

	private final ThreadConnections byThread = new ThreadConnections();

	private final ReadCounter reads = new ReadCounter();

	private volatile Consumer<SQLException> whenBroken = (fault) -> {
	};

	private volatile @Nullable ServerRole role;

	/**
	 * Create the connections to a server, of which none is open yet.
	 * @param server where it is, to be read by people
	 * @param properties what the driver gets
	 * @param timeout how long opening a connection may take
	 * @param poolStatements what HikariCP executes by itself
	 * @param times what the pool goes by
	 * @param ticker tells the time
	 */
	ServerConnections(String server, Properties properties, Duration timeout, Set<String> poolStatements,
			PoolTimes times, Ticker ticker) {
		this.server = server;
		this.login = new LoginProperties(properties, timeout);
		this.opener = new ConnectionOpener(server, this.login);
		this.times = times;
		this.ticker = ticker;
		this.gate = new InstanceGate(server, times);
		this.lastAttempt = new LastAttempt(times.sessionBeginning(), ticker);
		// these take what they need of the above
		this.dialler = new Dialler(server, this);
		this.source = new PoolSource(this, server, poolStatements);
		this.unpooled = new UnpooledConnections(server, this);
	}

	/**
	 * Return what HikariCP opens connections with.
	 * @return the source
	 */
	PoolSource source() {
		return this.source;
	}

	/**
	 * Have something done when a connection turns out to be broken while it is cleaned
	 * up, which neither HikariCP nor the application is told.
	 * @param task gets what the driver has thrown
	 */
	void whenBroken(Consumer<SQLException> task) {
		this.whenBroken = task;
	}

	void broke(SQLException fault) {
		if (!ConnectionFault.CLOSED_BEFORE.equals(fault.getSQLState())) {
			this.whenBroken.accept(fault);
		}
	}

	/**
	 * Abort what is open because no pool has come of it.
	 */
	void abandon() {
		this.source.forgetOffered();
		this.open.removeAll().forEach(this::abort);
	}

	/**
	 * Return how many connections are open or are being opened.
	 * @return the number, or more while one comes to be open
	 */
	int size() {
		// in this order, so that none is missed in between
		return this.dialler.underWay() + this.open.size();
	}

	/**
	 * Open nothing from now on, not even what is being opened.
	 */
	void retire() {
		this.opener.retire();
		this.source.abortOffered();
	}

	/**
	 * Retire, and cut off every connection, whatever it is used for: nothing that the
	 * server has yet to receive gets there, and nothing that it has yet to answer gets to
	 * a reader. Threads that wait for an answer get an error at once, or a moment later
	 * if the application makes the sockets. The server need not notice before all are
	 * {@link #abortAll() aborted}. Does not block.
	 * @return how many were open
	 */
	int fenceAll() {
		this.opener.retire();
		int open = this.open.size();
		// first, for nothing that is fenced takes time to close
		this.opener.fence();
		this.source.abortOffered();
		return open;
	}

	/**
	 * Retire, and abort every connection, whatever it is used for.
	 * @return how many were still open
	 */
	int abortAll() {
		fenceAll();
		Collection<Connection> abandoned = this.open.removeAll();
		abandoned.forEach(this::abort);
		this.opener.release();
		return abandoned.size();
	}

	void abort(Connection connection) {
		this.open.remove(connection);
		try {
			connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("Cannot abort a connection to " + this.server, ex);
		}
	}

	/**
	 * Say what the server is to be from now on. Whatever is open has to be asked for it.
	 * @param role the role
	 * @return the epoch that this has started
	 */
	long serveAs(ServerRole role) {
		this.role = role;
		return this.open.nextEpoch();
	}

	@Nullable ServerRole getRole() {
		return this.role;
	}

	/**
	 * Return what opens connections.
	 * @return the dialler
	 */
	Dialler getDialler() {
		return this.dialler;
	}

	LoginProperties getLogin() {
		return this.login;
	}

	PoolTimes getTimes() {
		return this.times;
	}

	Ticker getTicker() {
		return this.ticker;
	}

	InstanceGate getGate() {
		return this.gate;
	}

	UnpooledConnections getUnpooled() {
		return this.unpooled;
	}

	CloseBarrier getBarrier() {
		return this.barrier;
	}

	LastAttempt getLastAttempt() {
		return this.lastAttempt;
	}

	ThreadConnections getByThread() {
		return this.byThread;
	}

	ReadCounter getReads() {
		return this.reads;
	}

	VerifiedConnections getOpen() {
		return this.open;
	}

	boolean isRetired() {
		return this.opener.isRetired();
	}

	/**
	 * Return what has the driver open connections.
	 * @return the opener
	 */
	ConnectionOpener getOpener() {
		return this.opener;
	}

}
