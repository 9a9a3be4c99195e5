package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.pool.RoleCheck.Answer;
import io.github.jujupgsql.relation.ConnectionString;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.support.JdbcUtils;

/**
 * The connections to one server, with one set of credentials, whatever role it plays.
 * Opens only once the server has answered; its target and its credentials never change.
 * <p>
 * {@link #opened} is written once, by the one thread that asks the server at that time,
 * and read by all. The role and the size belong to the thread that assigns roles.
 *
 * @since 0.1.0
 */
public final class ServerPool {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	private static final Duration CHECK_PATIENCE = Duration.ofSeconds(5);

	private static final long CHECK_BORROW_MILLIS = 100;

	private static final long WRITE_SUSPICION_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final long READ_SUSPICION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final ConnectionString connectionString;

	private final String server;

	private final String name;

	private final ServerConnections connections;

	private final Function<ServerConnections, HikariConfig> configFactory;

	private final Consumer<ServerPool> suspicion;

	private final AtomicLong lastSuspicion = new AtomicLong(System.nanoTime() - WRITE_SUSPICION_NANOS);

	private final SetUpTrial trial = new SetUpTrial();

	private final AtomicLong lastTold = new AtomicLong(System.nanoTime() - TELL_NANOS);

	/**
	 * The {@link SessionState} of a standby's session that has not been lent, or
	 * {@code null} if there is none to compare others with. Written before
	 * {@link #opened}, by the same thread.
	 */
	private volatile @Nullable String freshSession;

	/** Whether HikariCP has made it read-only. Written as {@link #freshSession}. */
	private volatile boolean readOnlyBySetUp;

	/** Those who wait for a connection, for longer than a moment. */
	private final AtomicInteger waiting = new AtomicInteger();

	/** Belongs to the one thread that asks the server at a time. */
	private volatile boolean leadsElsewhere;

	/** Written by the thread that assigns roles. */
	private volatile @Nullable Duration lag;

	/** Written by the thread that assigns roles. */
	private volatile boolean silent;

	private volatile @Nullable HikariAdapter opened;

	/**
	 * Create a pool that is not open yet.
	 * @param connectionString where the server is
	 * @param server what to call it
	 * @param name what to call the pool
	 * @param connections opens connections to it
	 * @param configFactory configures the pool when it opens
	 * @param suspicion told, by a thread that borrows or works, when there is reason to
	 * ask the server for its role again
	 */
	ServerPool(ConnectionString connectionString, String server, String name, ServerConnections connections,
			Function<ServerConnections, HikariConfig> configFactory, Consumer<ServerPool> suspicion) {
		this.connectionString = connectionString;
		this.server = server;
		this.name = name;
		this.connections = connections;
		this.configFactory = configFactory;
		this.suspicion = suspicion;
		connections.whenBroken(this::connectionBroke);
	}

	/**
	 * Return the name of the pool, as metrics, JMX and thread names have it.
	 * @return the name
	 */
	public String getName() {
		return this.name;
	}

	/**
	 * Return where the server is.
	 * @return {@code host:port}, several of them separated by commas; followed by
	 * {@code /database} where only that tells it from the master
	 */
	public String getServer() {
		return this.server;
	}

	/**
	 * Return the pool proper.
	 * @return the pool, or {@code null} while the server has not answered yet
	 */
	public @Nullable HikariDataSource getDataSource() {
		HikariAdapter pool = this.opened;
		return (pool != null) ? pool.dataSource() : null;
	}

	/**
	 * Return whether the server has left, so that nothing is to be borrowed here any
	 * more.
	 * @return {@code true} once and for all
	 */
	public boolean isRetired() {
		return this.connections.isRetired();
	}

	/**
	 * Borrow a connection. It may be lent only if this pool {@link #trusts} it, or it has
	 * answered when {@link #ask asked}.
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @return the connection
	 * @throws SQLTransientConnectionException if none is to be had in time
	 * @throws SQLException if the thread is interrupted
	 */
	public Connection getConnection(long timeoutMillis) throws SQLException {
		HikariAdapter pool = this.opened;
		if (pool == null) {
			throw new IllegalStateException("Pool " + this.name + " is not open yet");
		}
		return pool.getConnection(timeoutMillis);
	}

	/**
	 * Borrow a connection as {@link #getConnection} does, from a pool that may be left
	 * meanwhile: that ends the wait, however late this thread comes for it.
	 * @param timeoutMillis how long to wait for one, in milliseconds
	 * @return the connection
	 * @throws SQLTransientConnectionException if none is to be had in time, or here
	 * @throws SQLException if the thread is interrupted
	 */
	public Connection awaitConnection(long timeoutMillis) throws SQLException {
		this.waiting.incrementAndGet();
		try {
			if (isRetired()) {
				throw new SQLTransientConnectionException("The relation has left " + getServer(), "08003");
			}
			return getConnection(timeoutMillis);
		}
		finally {
			this.waiting.decrementAndGet();
		}
	}

	/**
	 * Return whether there are threads that wait for a connection, so that another one
	 * will have to wait as well.
	 * @return whether there is a queue
	 */
	public boolean hasQueue() {
		HikariAdapter pool = this.opened;
		return pool != null && pool.waiting() > 0;
	}

	/**
	 * Return whether there are threads to be sent away. Those that do not count yet see
	 * that the pool is retired, if it was so before this is called.
	 * @return whether some wait, or are about to
	 */
	boolean isWaitedFor() {
		return this.waiting.get() > 0 || hasQueue();
	}

	/**
	 * Count, as HikariCP has measured it, how long the borrower has waited to which this
	 * thread has just lent a connection.
	 */
	public void countBorrow() {
		HikariAdapter pool = this.opened;
		if (pool != null) {
			pool.metrics().acquired();
		}
	}

	/**
	 * Count how long a borrower has waited to which a connection has been lent.
	 * @param waited how long, in nanoseconds
	 */
	public void countBorrow(long waited) {
		HikariAdapter pool = this.opened;
		if (pool != null) {
			pool.metrics().acquired(waited);
		}
	}

	/**
	 * Return whether there is no doubt that a connection's server is what it is taken
	 * for.
	 * @param connection a connection that has been borrowed here
	 * @return whether it has said so after the last reason for doubt
	 * @throws SQLException if the connection is of no use
	 */
	public boolean trusts(Connection connection) throws SQLException {
		VerifiedConnections open = this.connections.getOpen();
		return !open.hasUnverified() || open.isVerified(connection.unwrap(Connection.class)) || isRetired();
	}

	/**
	 * Ask a connection whether its server is what it is taken for.
	 * @param connection a connection that has been borrowed here
	 * @param patienceMillis how long that may take, within the validation timeout
	 * @return whether it may be lent; if not, it has been got rid of
	 * @throws WrongRoleException if the server is not what it is taken for; the
	 * connection has been got rid of
	 */
	public boolean ask(Connection connection, long patienceMillis) throws WrongRoleException {
		VerifiedConnections open = this.connections.getOpen();
		ServerRole role = this.connections.getRole();
		try {
			PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
			if (physical.isClosed() || (role == ServerRole.PRIMARY && physical.wasWithReader())) {
				evict(connection);
				return false;
			}
			if (role == ServerRole.PRIMARY) {
				physical.endReading();
			}
			long epoch = open.currentEpoch();
			RoleCheck check = open.mustAnswer(physical) ? null : RoleCheck.told(physical.driver);
			if (check == null) {
				check = ask(physical, Duration.ofMillis(Math.min(validationTimeout().toMillis(), patienceMillis)));
			}
			if (role != null && !check.is(role)) {
				// the next one may lead elsewhere, if the server's name does
				evict(connection);
				throw wrongRole(check);
			}
			if (role == ServerRole.PRIMARY) {
				if (!isFitForWriters(check, physical)) {
					evict(connection);
					return false;
				}
				physical.forgetReaders();
			}
			open.markVerified(physical, epoch);
			return true;
		}
		catch (WrongRoleException ex) {
			throw ex;
		}
		catch (SQLException ex) {
			logger.debug("A connection of " + this.name + " did not answer", ex);
			if (SqlErrorListener.isBroken(ex)) {
				connectionBroke(ex);
			}
			evict(connection);
			return false;
		}
	}

	private WrongRoleException wrongRole(RoleCheck check) {
		suspect();
		return new WrongRoleException(getServer() + " is " + check.describe());
	}

	/**
	 * Ask on a connection, and for what readers may have left in its session.
	 */
	private RoleCheck ask(PhysicalConnection physical, Duration patience) throws SQLException {
		boolean compare = physical.isUsedByReader() && this.freshSession != null;
		return RoleCheck.ask(physical, patience, compare ? RoleCheck.ROLE_AND_SESSION_OF_PRIMARY : RoleCheck.ROLE);
	}

	/**
	 * Return whether a session of the primary is as a new one would be.
	 */
	private boolean isFitForWriters(RoleCheck check, PhysicalConnection physical) {
		if (physical.isUsedByReader()) {
			return check.session() != null && check.session().equals(this.freshSession);
		}
		// a writer has left it read-only, unless a new one would be, too
		return !check.readOnlySession() || this.readOnlyBySetUp || this.connections.beginReadOnly()
				|| this.connections.getOpen().wasNeverVerified(physical);
	}

	/**
	 * Return whether a connection has been borrowed here.
	 * @param connection the connection
	 * @return whether it leads to this pool's server and is still open
	 */
	public boolean owns(Connection connection) {
		try {
			return this.connections.getOpen().contains(connection.unwrap(Connection.class));
		}
		catch (SQLException ex) {
			return false;
		}
	}

	Duration validationTimeout() {
		HikariDataSource pool = getDataSource();
		return (pool != null) ? Duration.ofMillis(pool.getValidationTimeout()) : CHECK_PATIENCE;
	}

	/**
	 * Get rid of a connection instead of returning it.
	 * @param connection one that has been borrowed here
	 */
	public void evict(Connection connection) {
		HikariDataSource pool = getDataSource();
		if (pool != null) {
			pool.evictConnection(connection);
		}
	}

	/**
	 * Count and describe that a borrower has waited in vain.
	 * @param timeout how long it has waited
	 * @param last what it got the last time it looked up
	 * @return what to tell it
	 */
	public SQLException timedOut(Duration timeout, @Nullable SQLException last) {
		StringBuilder message = new StringBuilder(this.name)
			.append(" - Connection is not available, request timed out after ")
			.append(timeout.toMillis())
			.append("ms");
		HikariAdapter pool = this.opened;
		if (pool != null) {
			pool.metrics().timedOut(timeout.toNanos());
			message.append(" (").append(pool).append(')');
		}
		String lastFailure = this.connections.getLastFailure();
		if (lastFailure != null) {
			message.append(". ").append(getServer()).append(" cannot be reached: ").append(lastFailure);
		}
		else if (last instanceof WrongRoleException) {
			message.append(". ").append(last.getMessage());
		}
		return new SQLTransientConnectionException(message.toString(), (last != null) ? last.getSQLState() : null,
				last);
	}

	/**
	 * Take note that a connection is lent for reading, unless its server has been
	 * promoted: it tells so with the answer to the last read.
	 * @param connection one that has been borrowed here
	 * @throws SQLException if the connection is of no use
	 */
	public void lendForReading(Connection connection) throws SQLException {
		PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
		if (physical.tellsOfPromotion()) {
			RoleCheck check = RoleCheck.ask(physical, validationTimeout(), RoleCheck.ROLE);
			if (!check.is(ServerRole.REPLICA)) {
				throw wrongRole(check);
			}
			physical.deniesPromotion();
		}
		physical.lendToReader();
	}

	/**
	 * Return how many reads have come back.
	 * @return the number, which stays the same only if none comes back
	 */
	public long getReadsReturned() {
		return this.connections.getReads().returnedUntilNow();
	}

	int getActive() {
		HikariAdapter pool = this.opened;
		return (pool != null) ? pool.active() : 0;
	}

	/**
	 * Return how far the standby lags behind the primary.
	 * @return the time since when there is something that it has not replayed, or
	 * {@code null} if that is not measured
	 */
	public @Nullable Duration getLag() {
		return this.lag;
	}

	void setLag(Duration lag) {
		this.lag = lag;
	}

	/**
	 * Return whether the server does not answer at the moment, so that another one is to
	 * be preferred.
	 * @return whether it owes an answer
	 */
	public boolean isSilent() {
		return this.silent;
	}

	void setSilent(boolean silent) {
		this.silent = silent;
	}

	/**
	 * Return how busy the server is with what this application reads from it.
	 * @return the reads under way, and the threads that wait for a connection
	 */
	public int getBusy() {
		HikariAdapter pool = this.opened;
		return (pool != null) ? this.connections.getReads().underWay() + pool.waiting() : 0;
	}

	ConnectionString getConnectionString() {
		return this.connectionString;
	}

	boolean isSameServer(ServerPool other) {
		return this.connectionString.address().equals(other.connectionString.address());
	}

	/**
	 * Return whether work may go on with another pool's connections until there are
	 * connections here.
	 * @param other the pool of what was named before
	 * @return whether no more than the password has changed, or what is as harmless
	 */
	boolean canTakeOverFrom(ServerPool other) {
		return this.connectionString.hasSameSessionsAs(other.connectionString);
	}

	/**
	 * Ask the server for its role. Before there is a pool, the connection opened for this
	 * becomes its first. Later an idle one is used or, as a pool that is exhausted or
	 * suspended or whose server has gone would keep us waiting, one of our own. Blocks;
	 * one thread at a time.
	 * @return what it answered, to be closed
	 */
	RoleProbe inquire() {
		try {
			HikariAdapter pool = this.opened;
			if (pool == null) {
				return open();
			}
			RoleProbe inquiry = pool.lendsAtOnce() ? inquireIdle(pool) : null;
			if (inquiry != null) {
				return inquiry;
			}
			return inquireAnew();
		}
		catch (SQLException ex) {
			return new RoleProbe(RoleCheck.failed(ex));
		}
	}

	/**
	 * Ask a server that is to be a standby for its role. If it is not in recovery, its
	 * name may lead to another server the next time, so a new connection is opened then.
	 * The pool keeps its connections, because the server may be the primary to come.
	 * @return what it answered, to be closed
	 */
	RoleProbe inquireStandby() {
		boolean hasLedElsewhere = this.leadsElsewhere;
		RoleProbe inquiry = hasLedElsewhere ? inquireAnew() : inquire();
		RoleCheck.Answer answer = inquiry.check().answer();
		this.leadsElsewhere = answer == RoleCheck.Answer.NOT_IN_RECOVERY;
		HikariAdapter pool = this.opened;
		if (hasLedElsewhere && answer == RoleCheck.Answer.IN_RECOVERY && pool != null) {
			// what is open leads where the name has led until now
			pool.renew();
		}
		if (this.leadsElsewhere) {
			doubt();
		}
		return inquiry;
	}

	private RoleProbe inquireAnew() {
		try (Connection connection = this.connections.open()) {
			return new RoleProbe(RoleCheck.ask(connection, CHECK_PATIENCE, RoleCheck.ROLE));
		}
		catch (SQLException ex) {
			return new RoleProbe(RoleCheck.failed(ex));
		}
	}

	/**
	 * Ask the server on an idle connection. That one fails says nothing about the server.
	 */
	private @Nullable RoleProbe inquireIdle(HikariAdapter pool) {
		try {
			return inquire(pool);
		}
		catch (SQLException ex) {
			logger.debug("An idle connection of " + this.name + " did not answer", ex);
			return null;
		}
	}

	private RoleProbe inquire(HikariAdapter pool) throws SQLException {
		Connection connection = pool.getConnection(CHECK_BORROW_MILLIS);
		try {
			PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
			physical.endReading();
			long epoch = this.connections.getOpen().currentEpoch();
			RoleCheck check = ask(physical, CHECK_PATIENCE);
			if (this.opened == null) {
				learnFreshSession(physical, check);
			}
			return new RoleProbe(check, connection, epoch, isFitForWriters(check, physical));
		}
		catch (Throwable ex) {
			if (ex instanceof SQLException fault && SqlErrorListener.isBroken(fault)) {
				connectionBroke(fault);
			}
			// if it is broken, its next borrower gets rid of it
			JdbcUtils.closeConnection(connection);
			throw ex;
		}
	}

	/**
	 * Take note of what a session is like that HikariCP has just set up and that has not
	 * been lent.
	 */
	private void learnFreshSession(PhysicalConnection physical, RoleCheck check) throws SQLException {
		this.readOnlyBySetUp = check.readOnlySession() && !this.connections.beginReadOnly();
		if (check.is(ServerRole.REPLICA)) {
			this.freshSession = RoleCheck.ask(physical, CHECK_PATIENCE, RoleCheck.ROLE_AND_SESSION).session();
		}
	}

	/**
	 * Ask the server whether it is what it is taken for. Does not queue for a connection
	 * of the pool. Blocks.
	 * @return what is wrong, or {@code null} if all is well
	 */
	@Nullable Fault findFault() {
		try (RoleProbe inquiry = inquire()) {
			RoleCheck check = inquiry.check();
			ServerRole role = this.connections.getRole();
			if (role == null || check.is(role)) {
				return null;
			}
			boolean serving = check.answer() == RoleCheck.Answer.REFUSED && getActive() > 0;
			return new Fault(check.reason().isEmpty() ? check.describe() : check.reason(), serving);
		}
	}

	/**
	 * What is wrong with a server.
	 *
	 * @param reason what it is, on one line
	 * @param serving whether the connections that are open serve on: the server only lets
	 * no further ones in
	 * @since 0.1.0
	 */
	public record Fault(String reason, boolean serving) {

	}

	/**
	 * Ask the server something, on a connection that nobody uses or, if there is none, on
	 * one of our own. Blocks.
	 * @param question the question
	 * @return the answer, or {@code null} while the pool is not open
	 * @throws SQLException if there is no answer in time
	 */
	<T> @Nullable T ask(Question<T> question) throws SQLException {
		HikariAdapter pool = this.opened;
		if (pool == null) {
			return null;
		}
		if (pool.lendsAtOnce()) {
			try (Connection connection = pool.getConnection(CHECK_BORROW_MILLIS)) {
				return RoleCheck.ask(connection, CHECK_PATIENCE, question);
			}
			catch (SQLTransientConnectionException ex) {
				logger.debug("The idle connection of " + this.name + " has been taken", ex);
			}
		}
		try (Connection connection = this.connections.open()) {
			return RoleCheck.ask(connection, CHECK_PATIENCE, question);
		}
	}

	/**
	 * Something that a server can answer.
	 *
	 * @param <T> the type of the answer
	 */
	interface Question<T> {

		T on(Connection connection) throws SQLException;

	}

	/**
	 * Open the pool. Each connection that is opened for this is in the pool afterwards,
	 * or closed, whatever is thrown: a question that is not answered is not asked again.
	 */
	private RoleProbe open() throws SQLException {
		try {
			RoleCheck pending = this.trial.pending();
			return (pending != null) ? new RoleProbe(pending) : tryToOpen();
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Pool " + this.name + " cannot be opened", ex);
			return new RoleProbe(this.trial.failed(ex));
		}
		finally {
			if (this.opened == null) {
				this.connections.abandon();
			}
		}
	}

	private RoleProbe tryToOpen() throws SQLException {
		HikariConfig config = this.configFactory.apply(this.connections);
		ConnectionSetUp setUp = new ConnectionSetUp(config);
		PhysicalConnection first = this.connections.open();
		if (this.trial.isNeeded(setUp, first)) {
			RoleCheck refused = this.trial.tryOut(setUp, first);
			if (refused != null) {
				return new RoleProbe(refused);
			}
			first = this.connections.open();
		}
		try {
			return open(config, first);
		}
		catch (SQLException ex) {
			RoleCheck refused = ConnectionSetUp.isRefusal(ex) ? this.trial.tryOut(setUp, this.connections.open())
					: null;
			if (refused != null) {
				return new RoleProbe(refused);
			}
			throw ex;
		}
	}

	/**
	 * Open the pool with one connection. That is asked last: what HikariCP learns while
	 * it sets up the first connection holds for all, and if it had been dead by then,
	 * none would ever be good.
	 */
	private RoleProbe open(HikariConfig config, Connection first) throws SQLException {
		config.setExceptionOverride(new SqlErrorListener(config.getExceptionOverride(), this::connectionBroke,
				this::writeRefused, this::isClosed));
		this.connections.offer(first);
		HikariAdapter pool = HikariAdapter.open(config);
		RoleProbe inquiry;
		try {
			inquiry = inquire(pool);
		}
		catch (Throwable ex) {
			pool.close();
			throw ex;
		}
		this.opened = pool;
		if (isRetired()) {
			// whoever retired it may have looked for a pool before there was one
			close();
		}
		return inquiry;
	}

	private boolean isClosed() {
		HikariDataSource pool = getDataSource();
		return pool != null && pool.isClosed();
	}

	/**
	 * A connection is of no use any more. Others may not be, either; a pool that is open
	 * finds its way back to the primary by itself, but from a replica, reads can go
	 * elsewhere.
	 */
	private void connectionBroke(SQLException fault) {
		doubt();
		tell(fault);
		if (this.connections.getRole() == ServerRole.REPLICA) {
			suspect();
		}
	}

	/**
	 * Say what breaks connections, once in a while: many break at the same time. That
	 * they have been cut off is told by who does it.
	 */
	private void tell(SQLException fault) {
		long now = System.nanoTime();
		long last = this.lastTold.get();
		if (!isRetired() && now - last >= TELL_NANOS && this.lastTold.compareAndSet(last, now)) {
			String reason = RoleCheck.oneLine(String.valueOf(fault.getMessage()));
			logger.warn("A connection to " + describe() + " failed, others may follow: " + reason + " (SQLSTATE "
					+ fault.getSQLState() + ")");
		}
	}

	/**
	 * A write on the primary was refused: by a server that has become a standby, in a
	 * session that has been left read-only, or because the application wanted it so. The
	 * next borrower of each connection looks at what the driver knows of its session. The
	 * server itself is asked in any case, because a pooler in between may go on telling
	 * what another server said.
	 */
	private void writeRefused() {
		if (isPrimary()) {
			this.connections.getOpen().nextEpochByDriver();
			suspect();
		}
	}

	/**
	 * Have the server asked for its role, not more often than is useful.
	 */
	private void suspect() {
		long now = System.nanoTime();
		long last = this.lastSuspicion.get();
		long interval = isPrimary() ? WRITE_SUSPICION_NANOS : READ_SUSPICION_NANOS;
		if (now - last >= interval && this.lastSuspicion.compareAndSet(last, now)) {
			this.suspicion.accept(this);
		}
	}

	/**
	 * Return whether the server is used as the primary.
	 * @return whether it is, or has been and no other server has taken its place
	 */
	boolean isPrimary() {
		return this.connections.getRole() == ServerRole.PRIMARY;
	}

	/**
	 * Have every connection that is open asked before it is lent again.
	 */
	void doubt() {
		this.connections.getOpen().nextEpoch();
	}

	/**
	 * Use the server as a replica from now on. Connections that were open before are
	 * asked before they are lent as such.
	 * @param size how large the pool is to be
	 */
	void serveAsReplica(PoolSize size) {
		if (this.connections.getRole() != ServerRole.REPLICA) {
			this.connections.serveAs(ServerRole.REPLICA);
		}
		resize(size);
	}

	/**
	 * Use the server as the primary from now on. Connections that were open before are
	 * asked before they are lent as such, but for the one that has just been.
	 * @param size how large the pool is to be
	 * @param inquiry the server's word that it is the primary
	 */
	void serveAsPrimary(PoolSize size, RoleProbe inquiry) {
		if (!isPrimary()) {
			long since = this.connections.serveAs(ServerRole.PRIMARY);
			inquiry.trust(this.connections.getOpen(), since);
		}
		resize(size);
	}

	private void resize(PoolSize size) {
		HikariDataSource pool = getDataSource();
		if (pool != null && !this.connections.isResting()) {
			size.applyTo(pool);
		}
	}

	/**
	 * Open connections in the background until there are as many as another pool has, as
	 * far as the size allows.
	 * @param other the pool to catch up with
	 * @return whether there are
	 */
	boolean catchUpWith(ServerPool other) {
		HikariAdapter pool = this.opened;
		HikariAdapter ahead = other.opened;
		return pool != null && !this.connections.isResting() && pool.growTo((ahead != null) ? ahead.total() : 0);
	}

	/**
	 * Have HikariCP open what is missing.
	 */
	void fill() {
		HikariAdapter pool = this.opened;
		if (pool != null && !isRetired()) {
			pool.fill();
		}
	}

	/**
	 * Have HikariCP open what somebody waits for.
	 */
	void fillForWaiting() {
		HikariAdapter pool = this.opened;
		if (pool != null && !isRetired()) {
			pool.fillForWaiting();
		}
	}

	/**
	 * Return whether there is a reason why no connection could be opened the last time.
	 * @return whether the pool cannot grow
	 */
	boolean isStuck() {
		return this.connections.getLastFailure() != null;
	}

	/**
	 * Return whether the server is about to let a connection in. That may take long
	 * without anything being wrong with the server.
	 * @return whether it has answered one that is being opened
	 */
	boolean isLoggingIn() {
		return this.connections.isLoggingIn();
	}

	/**
	 * Return whether the server could not be reached the last time that somebody tried.
	 * @return whether it seems to have gone
	 */
	boolean isUnreachable() {
		return this.connections.isUnreachable();
	}

	/**
	 * Return whether anything is open.
	 * @return whether there is a connection, whatever it is used for
	 */
	boolean hasOpen() {
		return this.connections.getOpen().size() > 0;
	}

	/**
	 * Close what nobody uses, and open only what somebody waits for, until told to
	 * {@link #wakeUp(PoolSize)}. To be called again, for what was in use or being opened
	 * meanwhile.
	 * @return whether nothing is open but what is in use
	 */
	boolean rest() {
		this.connections.setResting(true);
		HikariAdapter pool = this.opened;
		if (pool != null) {
			pool.emptyUnlessWaitedFor();
		}
		return isAtRest();
	}

	/**
	 * Return whether nothing is open but what is in use.
	 * @return whether it is so
	 */
	boolean isAtRest() {
		return this.connections.size() <= getActive();
	}

	/**
	 * Keep connections ready again.
	 * @param size how large the pool is to be
	 */
	void wakeUp(PoolSize size) {
		this.connections.setResting(false);
		resize(size);
		fill();
	}

	/**
	 * Cut off every connection at once, and open none from now on. Does not wait for the
	 * server.
	 * @return how many were open
	 */
	int cutOff() {
		HikariAdapter pool = this.opened;
		if (pool != null) {
			// otherwise closing a connection whose work is done fails; before retiring,
			// which lets in the poison pill that all who wait are to get one after the
			// other
			pool.empty();
		}
		return this.connections.cutAll();
	}

	/**
	 * Let work in flight finish, then abort what is left and close. Blocks.
	 * @param timeout how long to let it go on
	 */
	void drain(Duration timeout) {
		this.connections.retire();
		HikariAdapter pool = this.opened;
		if (pool != null) {
			new PoolShutdown(this, pool, this.connections).drain(timeout);
		}
		else {
			this.connections.abortAll();
		}
	}

	/**
	 * Close what has been cut off. Blocks for a moment.
	 */
	void closeCutOff() {
		HikariAdapter pool = this.opened;
		if (pool != null) {
			new PoolShutdown(this, pool, this.connections).closeCutOff();
		}
		else {
			this.connections.abortAll();
		}
	}

	/**
	 * Close whatever is open. Blocks for a moment.
	 */
	void close() {
		this.connections.abortAll();
		HikariAdapter pool = this.opened;
		if (pool != null) {
			new PoolShutdown(this, pool, this.connections).close();
		}
	}

	/**
	 * Return what a line of the log calls it.
	 * @return the server, and the pool's name
	 */
	String describe() {
		return getServer() + " (" + this.name + ")";
	}

	@Override
	public String toString() {
		return this.name;
	}

}
