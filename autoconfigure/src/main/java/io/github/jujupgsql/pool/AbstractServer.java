package io.github.jujupgsql.pool;

import java.time.Duration;
import java.time.Instant;

import io.github.jujupgsql.role.ServerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What a server is called, and what it was last found to be. Any thread may look.
 * <p>
 * {@link #identity} is written by the threads that ask the server, everything else by the
 * thread that assigns roles.
 */
abstract class AbstractServer {

	private final String server;

	private volatile @Nullable ServerIdentity identity;

	private volatile @Nullable Instant primarySince;

	private volatile @Nullable Duration lag;

	private volatile boolean unresponsive;

	AbstractServer(String server) {
		this.server = server;
	}

	/**
	 * Return where the server is.
	 * @return {@code host:port}, several of them separated by commas; followed by
	 * {@code /database} where only that tells it from the master
	 */
	public final String getServer() {
		return this.server;
	}

	/**
	 * Return which cluster the server belongs to.
	 * @return its system identifier, or {@code null} if it has not told
	 */
	public final @Nullable String getSystemIdentifier() {
		ServerIdentity last = this.identity;
		return (last != null) ? last.cluster() : null;
	}

	/**
	 * Return where the server is as it sees itself.
	 * @return {@code host:port}, or {@code null} if it has not told
	 */
	public final @Nullable String getInstanceAddress() {
		ServerIdentity last = this.identity;
		return (last != null) ? last.address() : null;
	}

	/**
	 * Return the timeline on which the server writes.
	 * @return the timeline, or {@code null} if it is in recovery or has not told
	 */
	public final @Nullable Long getTimeline() {
		ServerIdentity last = this.identity;
		return (last != null && last.timeline() > 0) ? last.timeline() : null;
	}

	final void setIdentity(ServerIdentity identity) {
		this.identity = identity;
	}

	/**
	 * Return since when the server has been the primary, if it is.
	 * @return since when, or {@code null} if it has never been
	 */
	public final @Nullable Instant getPrimarySince() {
		return this.primarySince;
	}

	final void setPrimarySince(Instant primarySince) {
		this.primarySince = primarySince;
	}

	/**
	 * Return how far the standby lags behind the primary.
	 * @return the time since when there is something that it has not replayed, or
	 * {@code null} if that is not measured
	 */
	public final @Nullable Duration getLag() {
		return this.lag;
	}

	final void setLag(Duration lag) {
		this.lag = lag;
	}

	/**
	 * Return whether the server does not answer at the moment, so that another one is to
	 * be preferred.
	 * @return whether it owes an answer
	 */
	public final boolean isUnresponsive() {
		return this.unresponsive;
	}

	final void setUnresponsive(boolean unresponsive) {
		this.unresponsive = unresponsive;
	}

}
