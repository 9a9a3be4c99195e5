package io.github.jujupgsql.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.jujupgsql.relation.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * Speaks as much of PostgreSQL's protocol as the driver and the pools need, knows whether
 * it is in recovery, and does as it is told: is slow, refuses, lies, freezes or dies. It
 * stores nothing; what is asked of it is kept, in order, for a test to look at.
 */
public final class StandInServer implements AutoCloseable {

	private final Set<StandInSession> sessions = ConcurrentHashMap.newKeySet();

	private final List<Statement> statements = new CopyOnWriteArrayList<>();

	private final AtomicInteger logins = new AtomicInteger();

	private final Object gate = new Object();

	private volatile @Nullable ServerSocket listening;

	private volatile @Nullable Thread accepting;

	private volatile int port;

	private volatile boolean inRecovery;

	private volatile boolean severalServers;

	private volatile boolean tellsNotInRecovery;

	private volatile boolean readOnlyByDefault;

	private volatile boolean frozen;

	private volatile Duration loginDelay = Duration.ZERO;

	private volatile Function<String, Duration> delay = (sql) -> Duration.ZERO;

	private volatile @Nullable Refusal loginRefusal;

	private volatile Function<String, @Nullable Refusal> refusal = (sql) -> null;

	private volatile Function<String, @Nullable List<String>> answer = (sql) -> null;

	private StandInServer(boolean inRecovery) {
		this.inRecovery = inRecovery;
		start();
	}

	/**
	 * Starts a server that is not in recovery.
	 */
	public static StandInServer master() {
		return new StandInServer(false);
	}

	/**
	 * Starts a server that is in recovery.
	 */
	public static StandInServer standby() {
		return new StandInServer(true);
	}

	/**
	 * Listens on its port, which is the same each time.
	 */
	public void start() {
		try {
			ServerSocket socket = new ServerSocket();
			socket.setReuseAddress(true);
			socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 200);
			this.port = socket.getLocalPort();
			this.listening = socket;
			this.accepting = thread(() -> accept(socket));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket socket) {
		while (!socket.isClosed()) {
			try {
				Socket client = socket.accept();
				client.setTcpNoDelay(true);
				StandInSession session = new StandInSession(this, client);
				this.sessions.add(session);
				thread(session);
			}
			catch (IOException ex) {
				// stopped
			}
		}
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "stand-in");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/**
	 * Dies: nobody is told, nobody can connect.
	 */
	public void crash() {
		try {
			ServerSocket socket = this.listening;
			if (socket != null) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		awaitNobodyAccepts();
		this.sessions.forEach(StandInSession::end);
	}

	/**
	 * A connection that has been accepted is to be ended with the others, and until the
	 * thread has left the operating system that goes on accepting for it.
	 */
	private void awaitNobodyAccepts() {
		Thread thread = this.accepting;
		try {
			if (thread != null) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		thaw();
		crash();
	}

	public void promote() {
		this.inRecovery = false;
	}

	public void demote() {
		this.inRecovery = true;
	}

	/**
	 * Begins sessions read-only from now on, as {@code ALTER DATABASE} can have it.
	 */
	public void readOnlyByDefault(boolean readOnly) {
		this.readOnlyByDefault = readOnly;
	}

	boolean isReadOnlyByDefault() {
		return this.readOnlyByDefault;
	}

	/**
	 * Is several servers under one name: a session stays what the server was when it
	 * logged in.
	 */
	public void beSeveralServers() {
		this.severalServers = true;
	}

	/**
	 * Tells clients by itself, but not when asked, that it is not in recovery.
	 */
	public void tellNotInRecovery() {
		this.tellsNotInRecovery = true;
	}

	boolean tellsNotInRecovery() {
		return this.tellsNotInRecovery;
	}

	boolean isSeveralServers() {
		return this.severalServers;
	}

	boolean isInRecovery() {
		return this.inRecovery;
	}

	/**
	 * Answers nobody any more, not even who connects, until it thaws.
	 */
	public void freeze() {
		this.frozen = true;
	}

	public void thaw() {
		synchronized (this.gate) {
			this.frozen = false;
			this.gate.notifyAll();
		}
	}

	/**
	 * Takes its time to let somebody in. What the driver asks before that, about TLS, it
	 * answers at once.
	 */
	public void delayLogins(Duration delay) {
		this.loginDelay = delay;
	}

	/**
	 * Takes its time with questions about its role.
	 */
	public void delayRoleQuestions(Duration delay) {
		delay((sql) -> isRoleQuestion(sql) ? delay : Duration.ZERO);
	}

	/**
	 * Takes its time to answer.
	 * @param delay how long, by statement
	 */
	public void delay(Function<String, Duration> delay) {
		this.delay = delay;
	}

	/**
	 * Lets nobody in.
	 */
	public void refuseLogins(String sqlState, String message) {
		this.loginRefusal = new Refusal(sqlState, message);
	}

	/**
	 * Lets everybody in.
	 */
	public void allowLogins() {
		this.loginRefusal = null;
	}

	/**
	 * Refuses statements.
	 * @param refusal why, by statement; {@code null} if it is not refused
	 */
	public void refuse(Function<String, @Nullable Refusal> refusal) {
		this.refusal = refusal;
	}

	/**
	 * Answers otherwise than it would by itself.
	 * @param answer the one row, by statement; {@code null} to leave it as it is
	 */
	public void answer(Function<String, @Nullable List<String>> answer) {
		this.answer = answer;
	}

	public static boolean isRoleQuestion(String sql) {
		return sql.contains("pg_is_in_recovery()") && sql.contains("default_transaction_read_only");
	}

	@Nullable Refusal loginRefusal() {
		return this.loginRefusal;
	}

	@Nullable Refusal refusal(String sql) {
		return this.refusal.apply(sql);
	}

	@Nullable List<String> answer(String sql) {
		return this.answer.apply(sql);
	}

	void awaitLogin() throws InterruptedException {
		pause(this.loginDelay);
		this.logins.incrementAndGet();
	}

	void awaitAnswer(String sql) throws InterruptedException {
		pause(this.delay.apply(sql));
		awaitThaw();
	}

	void awaitThaw() throws InterruptedException {
		synchronized (this.gate) {
			while (this.frozen) {
				this.gate.wait();
			}
		}
	}

	private void pause(Duration pause) throws InterruptedException {
		if (!pause.isZero()) {
			TimeUnit.NANOSECONDS.sleep(pause.toNanos());
		}
	}

	void executed(String sql, StandInSession session) {
		this.statements.add(new Statement(sql, session.number(), session.user(), session.database()));
	}

	void ended(StandInSession session) {
		this.sessions.remove(session);
	}

	/**
	 * Everything that has been executed so far, questions of ours included.
	 */
	public List<Statement> statements() {
		return List.copyOf(this.statements);
	}

	/**
	 * How often somebody has been let in or refused.
	 */
	public int logins() {
		return this.logins.get();
	}

	/**
	 * How many sessions are open.
	 */
	public int sessions() {
		return (int) this.sessions.stream().filter(StandInSession::isLoggedIn).count();
	}

	/**
	 * How many sockets are open, logged in or not.
	 */
	public int sockets() {
		return this.sessions.size();
	}

	/**
	 * Ends all sessions, as {@code pg_terminate_backend} does.
	 */
	public void terminateSessions() {
		this.sessions.forEach(StandInSession::terminate);
	}

	public String address() {
		return "127.0.0.1:" + this.port;
	}

	public int port() {
		return this.port;
	}

	/**
	 * How a user of the database {@code notes} reaches it.
	 */
	public ConnectionString connectionString() {
		return connectionString("");
	}

	/**
	 * How it is reached.
	 * @param more further options
	 */
	public ConnectionString connectionString(String more) {
		return ConnectionString.parse("host=127.0.0.1 port=" + this.port
				+ " user=writer password=PgsqlTestSecret dbname=notes sslmode=disable " + more);
	}

	@Override
	public String toString() {
		return address();
	}

	/**
	 * Why something is refused.
	 */
	public record Refusal(String sqlState, String message) {

	}

	/**
	 * What has been executed.
	 *
	 * @param sql the statement
	 * @param session the number of the session, as {@code pg_backend_pid()} tells it
	 * @param user the user
	 * @param database the database
	 */
	public record Statement(String sql, int session, String user, String database) {

	}

}
