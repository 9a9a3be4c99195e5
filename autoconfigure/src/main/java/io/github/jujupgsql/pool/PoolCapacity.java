package io.github.jujupgsql.pool;

import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * How many connections a server's pool has: has HikariCP open what is missing, and close
 * what is too much. Nothing happens while the pool is not open, and nothing is opened
 * once its server has left.
 * <p>
 * The size and the pause belong to the thread that assigns roles; {@link #shrink} is for
 * one that may wait.
 */
final class PoolCapacity {

	private static final Log logger = LogFactory.getLog(ServerPool.class);

	/**
	 * Work lasts longer than this only where a pool that is a little large does no harm.
	 */
	private static final int SHRINK_ATTEMPTS = 300;

	private final ServerPool pool;

	private final ServerConnections connections;

	PoolCapacity(ServerPool pool) {
		this.pool = pool;
		this.connections = pool.connections;
	}

	/**
	 * Change the size, if the pool is open.
	 * @param size how large the pool is to be
	 */
	void resize(PoolSize size) {
		HikariDataSource dataSource = this.pool.getDataSource();
		if (dataSource != null && !this.connections.source().isPaused()) {
			size.applyTo(dataSource);
		}
	}

	/**
	 * Close connections, one after the other and none that is in use, until there are no
	 * more than there may be. Blocks, and leaves it at that if all of them stay in use.
	 */
	void shrink() {
		HikariAdapter adapter = this.pool.adapter();
		try {
			for (int i = 0; adapter != null && !this.pool.isRetired() && !adapter.shrink()
					&& i < SHRINK_ATTEMPTS; i++) {
				this.connections.getOpener().pause(this.connections.getTimes().fillInterval());
			}
		}
		catch (SQLException ex) {
			logger.debug(this.pool.getName() + " has more connections than it may", ex);
		}
	}

	/**
	 * Open connections in the background until there are as many as another pool has, as
	 * far as the size allows.
	 * @param other the pool to catch up with
	 * @return whether there are
	 */
	boolean catchUpWith(ServerPool other) {
		HikariAdapter adapter = this.pool.adapter();
		HikariAdapter ahead = other.adapter();
		return adapter != null && !this.connections.source().isPaused()
				&& adapter.growTo((ahead != null) ? ahead.total() : 0);
	}

	/**
	 * Have HikariCP open what is missing.
	 */
	void fill() {
		HikariAdapter adapter = this.pool.adapter();
		if (adapter != null && !this.pool.isRetired()) {
			adapter.fill();
		}
	}

	/**
	 * Have HikariCP open what threads wait for.
	 */
	void fillForWaiting() {
		HikariAdapter adapter = this.pool.adapter();
		if (adapter != null && !this.pool.isRetired()) {
			adapter.fillForWaiting();
		}
	}

	/**
	 * Close what is idle, and open only what a thread waits for, until told to
	 * {@link #resume(PoolSize)}. To be called again, for what was in use or being opened
	 * meanwhile.
	 * @return whether nothing is open but what is in use
	 */
	boolean pause() {
		this.connections.source().setPaused(true);
		HikariAdapter adapter = this.pool.adapter();
		if (adapter != null) {
			adapter.emptyUnlessWaitedFor();
		}
		return this.pool.isPaused();
	}

	/**
	 * Keep connections ready again.
	 * @param size how large the pool is to be
	 */
	void resume(PoolSize size) {
		this.connections.source().setPaused(false);
		resize(size);
		fill();
	}

}
