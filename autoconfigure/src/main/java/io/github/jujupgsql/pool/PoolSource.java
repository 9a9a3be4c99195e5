package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * What HikariCP opens a pool's connections with.
 * <p>
 * While the server is unreachable, {@link #getConnection()} retries instead of failing:
 * HikariCP's own retry backs off to 5 s. Once the server has left, it returns a
 * {@link PoisonPillConnection} at once: each thread that waits in the pool gets that
 * instead, one after the other, and goes elsewhere.
 */
final class PoolSource extends AbstractDataSource {

	private final ServerConnections connections;

	private final ConnectionOpener opener;

	private final String server;

	private final Set<String> poolStatements;

	private final AtomicReference<@Nullable Connection> offered = new AtomicReference<>();

	private volatile boolean paused;

	/**
	 * Create the source of a server's connections.
	 * @param connections opens and keeps them
	 * @param server where it is, to be read by people
	 * @param poolStatements what HikariCP executes by itself
	 */
	PoolSource(ServerConnections connections, String server, Set<String> poolStatements) {
		this.connections = connections;
		this.opener = connections.getOpener();
		this.server = server;
		this.poolStatements = poolStatements;
	}

	/**
	 * Open a connection for the pool, however long it takes.
	 * @return the connection, or one that leads nowhere if the server has left
	 */
	@Override
	public Connection getConnection() throws SQLException {
		for (int failures = 1;; failures++) {
			if (this.opener.isRetired()) {
				return PoisonPillConnection.create(this.server, this.poolStatements);
			}
			Connection ready = this.offered.getAndSet(null);
			if (ready != null && !VerifiedConnections.isClosed(ready)) {
				return ready;
			}
			abortIfAny(ready);
			try {
				return this.connections.getDialler().open();
			}
			catch (SQLException ex) {
				RoleCheck failed = RoleCheck.failed(ex);
				this.connections.getLastAttempt().failed(failed);
				if (this.paused) {
					// HikariCP tries again if a thread waits
					throw ex;
				}
				this.opener.pause(failed.backoff().pauseAfter(failures));
			}
		}
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
	}

	/**
	 * Make a connection that has been opened and looked at the next one that the pool
	 * gets.
	 * @param connection the connection
	 */
	void offer(Connection connection) {
		abortIfAny(this.offered.getAndSet(connection));
		if (this.opener.isRetired()) {
			// which looked for it before it was there, and lets HikariCP take it no more
			abortOffered();
		}
	}

	/**
	 * Abort what has been offered and not taken.
	 */
	void abortOffered() {
		abortIfAny(this.offered.getAndSet(null));
	}

	/**
	 * Forget what has been offered and not taken.
	 */
	void forgetOffered() {
		this.offered.set(null);
	}

	private void abortIfAny(@Nullable Connection unused) {
		if (unused != null) {
			this.connections.abort(unused);
		}
	}

	/**
	 * Say whether connections are to be opened only for threads that wait for one.
	 * @param paused whether they are
	 */
	void setPaused(boolean paused) {
		this.paused = paused;
		this.opener.resume();
	}

	boolean isPaused() {
		return this.paused;
	}

	/**
	 * On closing, HikariCP waits that long for connections that are being opened; those
	 * of a retired server come at once.
	 */
	@Override
	public int getLoginTimeout() {
		return this.opener.isRetired() ? 1 : this.connections.getLogin().timeout();
	}

	@Override
	public void setLoginTimeout(int timeout) {
		// HikariCP's is its connection timeout, which this has already
	}

}
