package io.github.jujupgsql.pool;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.github.jujupgsql.role.PoolSigns;
import org.jspecify.annotations.Nullable;

/**
 * What a server's pool is, and what can be known of it without asking its server. Any
 * thread may look.
 * <p>
 * {@link #adapter} is written once, by the one thread that asks the server at that time.
 */
abstract class AbstractServerPool extends AbstractServer {

	final ServerConnections connections;

	private final String name;

	private volatile @Nullable HikariAdapter adapter;

	AbstractServerPool(String server, String name, ServerConnections connections) {
		super(server);
		this.name = name;
		this.connections = connections;
	}

	/**
	 * Return HikariCP's pool.
	 * @return the pool, or {@code null} while the server has not answered yet
	 */
	final @Nullable HikariAdapter adapter() {
		return this.adapter;
	}

	final void opened(HikariAdapter adapter) {
		this.adapter = adapter;
	}

	/**
	 * Return the name of the pool, as metrics, JMX and thread names have it.
	 * @return the name
	 */
	public final String getName() {
		return this.name;
	}

	/**
	 * Return what a line of the log calls it.
	 * @return the server, and the pool's name
	 */
	final String describe() {
		return getServer() + " (" + this.name + ")";
	}

	/**
	 * Return the pool proper.
	 * @return the pool, or {@code null} while the server has not answered yet
	 */
	public final @Nullable HikariDataSource getDataSource() {
		HikariAdapter pool = this.adapter;
		return (pool != null) ? pool.dataSource() : null;
	}

	final Duration validationTimeout() {
		HikariDataSource pool = getDataSource();
		return (pool != null) ? Duration.ofMillis(pool.getValidationTimeout())
				: this.connections.getTimes().answerTimeout();
	}

	/**
	 * Return whether the server has left, so that nothing is to be borrowed here any
	 * more.
	 * @return {@code true} once and for all
	 */
	public final boolean isRetired() {
		return this.connections.isRetired();
	}

	/**
	 * Return whether the server is used as the primary.
	 * @return whether it is, or has been and no other server has taken its place
	 */
	final boolean isPrimary() {
		return this.connections.getRole() == ServerRole.PRIMARY;
	}

	/**
	 * Return whether there are threads that wait for a connection, so that another one
	 * will have to wait as well.
	 * @return whether there is a queue
	 */
	public final boolean hasQueue() {
		return getWaiting() > 0;
	}

	final int getWaiting() {
		HikariAdapter pool = this.adapter;
		return (pool != null) ? pool.waiting() : 0;
	}

	/**
	 * Return how many reads have come back.
	 * @return the number, which stays the same only if none comes back
	 */
	public final long getReadsReturned() {
		return this.connections.getReads().returnedUntilNow();
	}

	/**
	 * Return a number that grows while the server gets work done: of the primary, how
	 * often it has sent something; of a replica, how many reads have come back.
	 * @return the number, which stays the same only if nothing comes back
	 */
	final long progress() {
		return isPrimary() ? this.connections.getOpener().heard() : getReadsReturned();
	}

	/**
	 * Return how busy the server is with what this application reads from it.
	 * @return the reads under way, and the threads that wait for a connection
	 */
	public final int getBusy() {
		HikariAdapter pool = this.adapter;
		return (pool != null) ? this.connections.getReads().underWay() + pool.waiting() : 0;
	}

	final int getActive() {
		HikariAdapter pool = this.adapter;
		return (pool != null) ? pool.active() : 0;
	}

	/**
	 * Return whether anything is open.
	 * @return whether there is a connection, whatever it is used for
	 */
	final boolean hasOpen() {
		return this.connections.getOpen().size() > 0;
	}

	/**
	 * Return whether nothing is open but what is in use.
	 * @return whether it is so
	 */
	final boolean isPaused() {
		return this.connections.size() <= getActive();
	}

	/**
	 * Return whether the last connection attempt failed.
	 * @return whether the pool cannot grow
	 */
	final boolean isStuck() {
		return this.connections.getLastAttempt().failure() != null;
	}

	/**
	 * Return whether the server is about to let a connection in. That may take long
	 * without anything being wrong with the server.
	 * @return whether it has answered one that is being opened
	 */
	final boolean isLoggingIn() {
		return this.connections.getOpener().isLoggingIn();
	}

	/**
	 * Return whether the last connection attempt failed because the server could not be
	 * reached.
	 * @return whether it seems to have gone
	 */
	final boolean isUnreachable() {
		return this.connections.getLastAttempt().isUnreachable();
	}

	/**
	 * Return what the pool shows of the server without asking it.
	 * @return the signs, as of now
	 */
	final PoolSigns signs() {
		return new PoolSigns(this.adapter != null, hasOpen(), progress(), getActive(), hasQueue(), isUnreachable(),
				isLoggingIn());
	}

	@Override
	public final String toString() {
		return this.name;
	}

}
