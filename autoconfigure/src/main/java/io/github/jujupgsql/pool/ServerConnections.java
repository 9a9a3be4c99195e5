package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.jujupgsql.driver.ServerSockets;
import io.github.jujupgsql.relation.DriverProperties;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.core.BaseConnection;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Opens the connections of one server's pool, and takes them all away again when the
 * server has left.
 * <p>
 * HikariCP asks for a connection when somebody waits for one. While the server cannot be
 * reached it is not told so, because it would come back later and later, but kept waiting
 * until there is a connection. Once the server has left, it gets a
 * {@link PoisonPillConnection} at once: whoever waits in the pool gets that instead, one
 * after the other, and goes elsewhere.
 * <p>
 * {@link #retired} goes from {@code false} to {@code true} once. Whoever has opened a
 * connection first adds it to {@link #open} and then looks at {@link #retired}; whoever
 * retires sets that first and then walks through them. So each connection is seen by one
 * of the two. {@link #opening} is guarded by itself, and so is the change of
 * {@link #retired}: a thread is interrupted only while it is opening a connection here.
 * {@link #role} is written by the thread that assigns roles, and how the last session
 * began by the thread that has opened it; two of them may mix theirs, until the next.
 */
final class ServerConnections extends AbstractDataSource {

	private static final Log logger = LogFactory.getLog(ServerConnections.class);

	/** How long what one session began with is taken to hold for others. */
	private static final long BEGINNING_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** What the driver says of a connection that it has closed itself. */
	private static final String CLOSED_BEFORE = "08003";

	private final Driver driver = driver();

	private final String server;

	private final Properties properties;

	private final int loginTimeout;

	private final Set<String> poolStatements;

	private final ServerSockets sockets = new ServerSockets();

	private final VerifiedConnections open = new VerifiedConnections();

	private final ReadCounter reads = new ReadCounter();

	private final Set<Thread> opening = new HashSet<>();

	private final AtomicReference<@Nullable Connection> checked = new AtomicReference<>();

	private final AtomicInteger underWay = new AtomicInteger();

	private volatile Consumer<SQLException> whenBroken = (fault) -> {
	};

	private volatile boolean retired;

	private volatile boolean resting;

	private volatile boolean lastBeganReadOnly;

	private volatile long lastBegan;

	private volatile @Nullable ServerRole role;

	private volatile @Nullable RoleCheck lastFailure;

	/**
	 * Create the source of a server's connections.
	 * @param server where it is, for a person
	 * @param properties what the driver gets
	 * @param timeout how long opening a connection may take
	 * @param poolStatements what HikariCP executes by itself
	 */
	ServerConnections(String server, Properties properties, Duration timeout, Set<String> poolStatements) {
		this.server = server;
		this.poolStatements = poolStatements;
		this.loginTimeout = (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toSeconds()));
		this.properties = new Properties();
		this.properties.putAll(properties);
		// without it nobody can be called back from a server that does not answer
		this.properties.putIfAbsent(PGProperty.LOGIN_TIMEOUT.getName(), String.valueOf(this.loginTimeout));
	}

	private static Driver driver() {
		try {
			return DriverManager.getDriver(DriverProperties.URL);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The PostgreSQL driver is not on the class path", ex);
		}
	}

	/**
	 * Open a connection for the pool, however long it takes.
	 * @return the connection, or one that leads nowhere if the server has left
	 */
	@Override
	public Connection getConnection() throws SQLException {
		for (int failures = 1;; failures++) {
			if (this.retired) {
				return PoisonPillConnection.create(this.server, this.poolStatements);
			}
			Connection ready = this.checked.getAndSet(null);
			if (ready != null && !VerifiedConnections.isClosed(ready)) {
				return ready;
			}
			abortIfAny(ready);
			try {
				return open();
			}
			catch (SQLException ex) {
				RoleCheck failed = RoleCheck.failed(ex);
				this.lastFailure = failed;
				if (this.resting) {
					// HikariCP tries again if somebody waits
					throw ex;
				}
				pause(failed.patience().pauseAfter(failures));
			}
		}
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
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
		if (!CLOSED_BEFORE.equals(fault.getSQLState())) {
			this.whenBroken.accept(fault);
		}
	}

	/**
	 * Open a connection that is not pooled yet.
	 * @return the connection
	 * @throws SQLException if it cannot be opened, or its server has been left meanwhile
	 */
	PhysicalConnection open() throws SQLException {
		this.underWay.incrementAndGet();
		try {
			return connectAndAdd();
		}
		finally {
			this.underWay.decrementAndGet();
		}
	}

	private PhysicalConnection connectAndAdd() throws SQLException {
		// in this order: being given a role comes before the epoch that it starts
		long epoch = this.open.currentEpoch();
		ServerRole wanted = this.role;
		PhysicalConnection connection = new PhysicalConnection(connect().unwrap(BaseConnection.class), this);
		this.lastFailure = null;
		try {
			this.lastBeganReadOnly = RoleCheck.hasToldReadOnly(connection.driver);
			this.lastBegan = System.nanoTime();
			boolean told = wanted != null && RoleCheck.hasTold(connection.driver, wanted);
			this.open.add(connection, told ? epoch : VerifiedConnections.UNVERIFIED);
		}
		catch (Throwable ex) {
			abort(connection);
			throw ex;
		}
		if (this.retired) {
			abort(connection);
			throw retired(null);
		}
		return connection;
	}

	private Connection connect() throws SQLException {
		synchronized (this.opening) {
			if (this.retired) {
				throw retired(null);
			}
			this.opening.add(Thread.currentThread());
		}
		try {
			return this.sockets.connect(this.properties, this::connect);
		}
		catch (SQLException | RuntimeException ex) {
			// the driver throws something unchecked when it is interrupted
			if (this.retired) {
				throw retired(ex);
			}
			throw ex;
		}
		finally {
			synchronized (this.opening) {
				this.opening.remove(Thread.currentThread());
				if (this.retired) {
					// it was meant for what has just ended
					Thread.interrupted();
				}
			}
		}
	}

	private Connection connect(Properties properties) throws SQLException {
		Connection connection = this.driver.connect(DriverProperties.URL, properties);
		if (connection == null) {
			throw new IllegalStateException("The PostgreSQL driver did not take " + DriverProperties.URL);
		}
		return connection;
	}

	private void pause(Duration pause) throws SQLException {
		synchronized (this.opening) {
			try {
				if (!this.retired) {
					TimeUnit.NANOSECONDS.timedWait(this.opening, pause.toNanos());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new SQLTransientConnectionException("Interrupted while connecting to " + this.server, ex);
			}
		}
	}

	/**
	 * Make a connection that has been opened and looked at the next one that the pool
	 * gets.
	 * @param connection the connection
	 */
	void offer(Connection connection) {
		abortIfAny(this.checked.getAndSet(connection));
		if (this.retired) {
			// which looked for it before it was there, and lets HikariCP take it no more
			abortIfAny(this.checked.getAndSet(null));
		}
	}

	/**
	 * Abort what is open because no pool has come of it.
	 */
	void abandon() {
		this.checked.set(null);
		this.open.removeAll().forEach(this::abort);
	}

	/**
	 * Say whether connections are to be opened only for those who wait for one.
	 * @param resting whether they are
	 */
	void setResting(boolean resting) {
		synchronized (this.opening) {
			this.resting = resting;
			this.opening.notifyAll();
		}
	}

	boolean isResting() {
		return this.resting;
	}

	/**
	 * Return how many connections are open or are being opened.
	 * @return the number, or more while one comes to be open
	 */
	int size() {
		// in this order, so that none is missed in between
		return this.underWay.get() + this.open.size();
	}

	/**
	 * Open nothing from now on, not even what is being opened.
	 */
	void retire() {
		openNothing();
		abortIfAny(this.checked.getAndSet(null));
	}

	private void openNothing() {
		synchronized (this.opening) {
			this.retired = true;
			this.opening.forEach(Thread::interrupt);
			this.opening.notifyAll();
		}
	}

	/**
	 * Retire, and cut off every connection, whatever it is used for: nothing that the
	 * server has yet to receive gets there, and nothing that it has yet to answer gets to
	 * a reader. Threads that wait for an answer get an error at once, or a moment later
	 * if the application makes the sockets. The server need not notice before all are
	 * {@link #abortAll() aborted}. Does not block.
	 * @return how many were open
	 */
	int cutAll() {
		openNothing();
		int open = this.open.size();
		// first, for nothing that is cut takes time to close
		this.sockets.fence();
		abortIfAny(this.checked.getAndSet(null));
		return open;
	}

	/**
	 * Retire, and abort every connection, whatever it is used for.
	 * @return how many were still open
	 */
	int abortAll() {
		cutAll();
		Collection<Connection> abandoned = this.open.removeAll();
		abandoned.forEach(this::abort);
		this.sockets.release();
		return abandoned.size();
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

	/**
	 * Return whether a session that is opened now will be read-only from the beginning.
	 * @return whether the last one was, not long ago
	 */
	boolean beginReadOnly() {
		return this.lastBeganReadOnly && System.nanoTime() - this.lastBegan < BEGINNING_NANOS;
	}

	@Nullable ServerRole getRole() {
		return this.role;
	}

	ReadCounter getReads() {
		return this.reads;
	}

	VerifiedConnections getOpen() {
		return this.open;
	}

	boolean isRetired() {
		return this.retired;
	}

	/**
	 * Return why no connection could be opened the last time.
	 * @return the reason, for a person, or {@code null} if one could
	 */
	@Nullable String getLastFailure() {
		RoleCheck failed = this.lastFailure;
		return (failed != null) ? failed.reason() : null;
	}

	/**
	 * Return whether that was because nobody is there.
	 * @return whether the server could not be reached the last time
	 */
	boolean isUnreachable() {
		RoleCheck failed = this.lastFailure;
		return failed != null && failed.answer() == RoleCheck.Answer.UNREACHABLE;
	}

	/**
	 * Return whether the server is about to let a connection in.
	 * @return whether it has answered one that is being opened
	 */
	boolean isLoggingIn() {
		return this.sockets.isLoggingIn();
	}

	/**
	 * On closing, HikariCP waits that long for connections that are being opened; those
	 * of a retired server come at once.
	 */
	@Override
	public int getLoginTimeout() {
		return this.retired ? 1 : this.loginTimeout;
	}

	@Override
	public void setLoginTimeout(int timeout) {
		// HikariCP's is its connection timeout, which this has already
	}

	private SQLException retired(@Nullable Exception cause) {
		return new SQLTransientConnectionException("The relation has left " + this.server, "08003", cause);
	}

	private void abortIfAny(@Nullable Connection unused) {
		if (unused != null) {
			abort(unused);
		}
	}

	private void abort(Connection connection) {
		this.open.remove(connection);
		try {
			connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("Cannot abort a connection to " + this.server, ex);
		}
	}

}
