package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

import io.github.jujupgsql.role.ProbeAnswer;
import io.github.jujupgsql.role.ServerIdentity;
import io.github.jujupgsql.role.ServerInstance;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets no connection into a pool that leads to another server than the others do: a name
 * may lead to several, and to others later. A server that does not tell who it is, and a
 * pooler that tells now this and now that, are taken for one server.
 * <p>
 * {@link #expected} and what belongs to it are written under this object's monitor, by
 * the threads that ask the server and by the one that assigns roles. A connection is let
 * in by what has been expected when it was looked at, or later.
 */
final class InstanceGate {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	/** Longer than any login is let take. */
	private static final Duration LONGEST_LOGIN = Duration.ofMinutes(10);

	private final String server;

	private final Duration timeout;

	private final Duration shortLogin;

	/**
	 * How long logging in may take where the name leads to several. Written by the
	 * threads that open connections; that one of them gets lost does no harm.
	 */
	private volatile Duration loginLimit;

	/** The servers that were expected before. */
	private final Set<ServerInstance> former = new HashSet<>();

	private volatile @Nullable ServerInstance expected;

	/** Whether the name has led to several servers, so that one of them may hang. */
	private volatile boolean several;

	/** Whether everything is let in, because it cannot be told where it leads. */
	private volatile boolean open;

	private volatile Consumer<ProbeAnswer> whenElsewhere = (answer) -> {
	};

	private volatile Runnable whenIndistinct = () -> {
	};

	/**
	 * Create a gate that lets in what comes first.
	 * @param server where the server is, to be read by people
	 * @param times how long it may take to answer, and to log in while others do
	 */
	InstanceGate(String server, PoolTimes times) {
		this.server = server;
		this.timeout = times.answerTimeout();
		this.shortLogin = times.shortLogin();
		this.loginLimit = this.shortLogin;
	}

	/**
	 * Have something done when a connection leads to another server.
	 * @param task gets what that has answered; may block
	 */
	void whenElsewhere(Consumer<ProbeAnswer> task) {
		this.whenElsewhere = task;
	}

	/**
	 * Have something done when a connection leads to one server after the other.
	 * @param task must not block
	 */
	void whenIndistinct(Runnable task) {
		this.whenIndistinct = task;
	}

	/**
	 * Let everything in from now on.
	 */
	void open() {
		this.open = true;
	}

	/**
	 * Let in connections to one server from now on.
	 * @param instance the server
	 * @param several whether its name leads to others as well
	 */
	synchronized void expect(ServerInstance instance, boolean several) {
		ServerInstance before = this.expected;
		if (before != null && !before.equals(instance)) {
			this.former.add(before);
		}
		this.expected = instance;
		this.several |= several;
	}

	/**
	 * Return whether the name has led to other standbys as well.
	 */
	boolean isOneOfSeveral() {
		return this.several;
	}

	/**
	 * Return how long logging in may take.
	 * @return the time, or {@code null} if there is nowhere else to go
	 */
	@Nullable Duration loginLimit() {
		return this.several ? this.loginLimit : null;
	}

	/**
	 * Take note of how long logging in has taken: a server behind the name may hang, or
	 * all of them may be slow.
	 * @param took how long
	 * @param succeeded whether there is a connection
	 */
	void loggedIn(Duration took, boolean succeeded) {
		Duration limit = this.loginLimit;
		if (succeeded) {
			Duration enough = took.multipliedBy(2);
			this.loginLimit = (enough.compareTo(this.shortLogin) > 0) ? enough : this.shortLogin;
		}
		else if (took.compareTo(limit) >= 0 && limit.compareTo(LONGEST_LOGIN) < 0) {
			this.loginLimit = limit.multipliedBy(2);
		}
	}

	/**
	 * Return whether a connection that has just been opened may get into the pool. If it
	 * leads to another server, that is told.
	 * @param connection the connection
	 * @return whether it leads to the server that is expected, for all that is known
	 * @throws SQLException if it is of no use
	 */
	boolean admits(PhysicalConnection connection) throws SQLException {
		return this.expected == null || this.open || leadsHere(connection);
	}

	/**
	 * See where a connection leads that has just been opened for nothing else, and tell
	 * if that is another server.
	 * @param connection the connection
	 * @throws SQLException if it is of no use
	 */
	void lookAt(PhysicalConnection connection) throws SQLException {
		if (!this.open) {
			leadsHere(connection);
		}
	}

	private boolean leadsHere(PhysicalConnection connection) throws SQLException {
		RoleCheck check;
		try {
			check = RoleCheck.ask(connection.driver, this.timeout, RoleQuery.IDENTITY);
		}
		catch (SQLException ex) {
			if (SqlErrorListener.isBroken(ex) || connection.isClosed()) {
				throw ex;
			}
			logger.debug(this.server + " does not tell who it is", ex);
			return true;
		}
		ServerIdentity identity = check.answer().identity();
		if (identity == null || identity.instance().equals(this.expected)) {
			connection.setInstance((identity != null) ? identity.instance() : null);
			return true;
		}
		if (check.is(ServerRole.REPLICA)) {
			this.several = true;
		}
		this.whenElsewhere.accept(check.answer());
		return false;
	}

	/**
	 * Take note of who has answered on a connection of the pool. One that has led to a
	 * server may lead to another: a pooler in between keeps it while its server is
	 * started again, or if it has several.
	 * @param connection the connection
	 * @param instance the server
	 * @return whether that is the server that is expected
	 */
	synchronized boolean answered(PhysicalConnection connection, ServerInstance instance) {
		ServerInstance before = connection.getInstance();
		connection.setInstance(instance);
		if (this.open || this.expected == null || instance.equals(this.expected)) {
			this.expected = instance;
			return true;
		}
		if (before == null || before.equals(instance)) {
			return false;
		}
		if (this.former.contains(instance)) {
			open();
			this.whenIndistinct.run();
		}
		expect(instance, false);
		return true;
	}

}
