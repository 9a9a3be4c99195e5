package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.pool.ServerPool.Fault;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.ServerIdentity;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.support.JdbcUtils;

/**
 * Asks a pool's server for its role. Every method blocks; the rules have one thread at a
 * time ask, and the health may ask beside it.
 */
final class RoleProber {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	/** How often a server is asked whose name leads to others, and that is busy. */
	private static final int ATTEMPTS = 50;

	private final ServerPool pool;

	private final ServerConnections connections;

	private final PoolOpener opener;

	/** Held while the pool is opened. */
	private final ReentrantLock opening = new ReentrantLock();

	private final Duration timeout;

	private final long borrowMillis;

	/**
	 * Create a prober.
	 * @param pool the pool, which is opened when its server answers for the first time
	 * @param configFactory configures it then
	 */
	RoleProber(ServerPool pool, Function<ServerConnections, HikariConfig> configFactory) {
		this.pool = pool;
		this.connections = pool.connections;
		this.timeout = this.connections.getTimes().answerTimeout();
		this.borrowMillis = this.connections.getTimes().idleBorrow().toMillis();
		this.opener = new PoolOpener(pool, configFactory, this::probe);
	}

	/**
	 * Ask the server for its role. Before there is a pool, the connection opened for this
	 * becomes its first. Later an idle one is used or, as a pool that is exhausted or
	 * suspended or whose server has gone would keep us waiting, one of our own.
	 * @return what it answered, to be closed
	 */
	RoleProbe probe() {
		try {
			HikariAdapter adapter = this.pool.adapter();
			if (adapter == null) {
				return open();
			}
			RoleProbe probe = adapter.lendsAtOnce() ? probeIdle(adapter) : null;
			if (probe != null) {
				return probe;
			}
			return probeAnew();
		}
		catch (SQLException ex) {
			return new RoleProbe(RoleCheck.failed(ex));
		}
	}

	private RoleProbe open() throws SQLException {
		this.opening.lock();
		try {
			return this.opener.open();
		}
		finally {
			this.opening.unlock();
		}
	}

	/**
	 * Wait until nobody opens the pool any more. Its server has been left, so that does
	 * not take long, and what has been opened meanwhile is closed.
	 */
	void awaitOpened() {
		this.opening.lock();
		this.opening.unlock();
	}

	/**
	 * Ask a server that is to be a standby for its role. The pool of one that is not in
	 * recovery keeps its connections, because the server may be the primary to come.
	 * @param anew whether to open a new connection for it, as the server's name may lead
	 * to another one by now
	 * @return what it answered, to be closed
	 */
	RoleProbe probeStandby(boolean anew) {
		RoleProbe probe = (anew && this.pool.adapter() != null) ? probeAnew() : probe();
		Kind answer = probe.check().kind();
		HikariAdapter adapter = this.pool.adapter();
		if (anew && answer == Kind.IN_RECOVERY && adapter != null) {
			// what is open leads where the name has led until now
			adapter.renew();
		}
		if (answer == Kind.NOT_IN_RECOVERY) {
			this.connections.getOpen().nextEpoch();
		}
		return probe;
	}

	/**
	 * Ask the server on a connection of our own. While its name leads to others, that it
	 * cannot be asked says nothing about it, unless nothing is open there any more.
	 */
	private RoleProbe probeAnew() {
		for (int i = 1;; i++) {
			try (PhysicalConnection connection = this.connections.getDialler().open()) {
				return new RoleProbe(learn(connection, RoleCheck.ask(connection, this.timeout, RoleQuery.IDENTITY)));
			}
			catch (LeadsElsewhereException ex) {
				RoleProbe probe = awaitIdle();
				if (probe != null || !this.pool.hasOpen() || i == ATTEMPTS) {
					return (probe != null) ? probe : new RoleProbe(RoleCheck.failed(ex));
				}
			}
			catch (SQLException ex) {
				return new RoleProbe(RoleCheck.failed(ex));
			}
		}
	}

	private @Nullable RoleProbe awaitIdle() {
		HikariAdapter adapter = this.pool.adapter();
		return (adapter != null && adapter.active() > 0) ? probeIdle(adapter) : null;
	}

	/**
	 * Ask the server on an idle connection. That one fails says nothing about the server.
	 */
	private @Nullable RoleProbe probeIdle(HikariAdapter adapter) {
		try {
			return probe(adapter);
		}
		catch (SQLException ex) {
			logger.debug("An idle connection of " + this.pool.getName() + " did not answer", ex);
			return null;
		}
	}

	private RoleProbe probe(HikariAdapter adapter) throws SQLException {
		Connection connection = adapter.getConnection(this.borrowMillis);
		try {
			PhysicalConnection physical = connection.unwrap(PhysicalConnection.class);
			physical.endReading();
			long epoch = this.connections.getOpen().currentEpoch();
			RoleCheck check = learn(physical, this.pool.fitness.ask(physical, this.timeout, true));
			if (this.pool.adapter() == null) {
				this.pool.fitness.learn(physical, check, this.timeout);
			}
			return new RoleProbe(check, connection, epoch, this.pool.fitness.isFitForWriters(check, physical));
		}
		catch (Throwable ex) {
			if (ex instanceof SQLException fault && SqlErrorListener.isBroken(fault)) {
				this.pool.faults.connectionBroke(fault);
			}
			// if it is broken, its next borrower gets rid of it
			JdbcUtils.closeConnection(connection);
			throw ex;
		}
	}

	private RoleCheck learn(PhysicalConnection connection, RoleCheck check) {
		ServerIdentity identity = check.answer().identity();
		if (identity != null && this.connections.getGate().answered(connection, identity.instance())) {
			this.pool.setIdentity(identity);
		}
		return check;
	}

	/**
	 * Ask the server whether it is what it is taken for. Does not queue for a connection
	 * of the pool.
	 * @return what is wrong, or {@code null} if all is well
	 */
	@Nullable Fault findFault() {
		try (RoleProbe probe = probe()) {
			RoleCheck check = probe.check();
			ServerRole role = this.connections.getRole();
			if (role == null || check.is(role)) {
				return null;
			}
			boolean serving = check.kind() == Kind.REFUSED && this.pool.getActive() > 0;
			return new Fault(check.reason().isEmpty() ? check.describe() : check.reason(), serving);
		}
	}

}
