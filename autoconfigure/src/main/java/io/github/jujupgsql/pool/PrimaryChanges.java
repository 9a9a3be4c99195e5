package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.jujupgsql.role.PrimaryCause;
import org.jspecify.annotations.Nullable;

/**
 * Tells each switch of the primary, and what it has done to threads and connections.
 * Confined to the thread that assigns roles.
 */
final class PrimaryChanges {

	private final Consumer<PrimaryChange> listener;

	private final Ticker ticker;

	private @Nullable String told;

	private int waitingForRoles;

	private int waitingInPools;

	private int cutOff;

	/**
	 * Create the teller.
	 * @param listener gets each change; must not block
	 * @param ticker tells the time
	 */
	PrimaryChanges(Consumer<PrimaryChange> listener, Ticker ticker) {
		this.listener = listener;
		this.ticker = ticker;
	}

	/**
	 * Take note that a primary, or one that has been, is cut off.
	 * @param waiting how many threads waited for a connection to it
	 * @param open how many were open
	 */
	void cutOff(int waiting, int open) {
		this.waitingInPools += waiting;
		this.cutOff += open;
	}

	/**
	 * Take note that roles have been published.
	 * @param waiting how many threads waited for that
	 */
	void published(int waiting) {
		this.waitingForRoles = waiting;
	}

	/**
	 * Tell that the primary is another server than the one that was told last, if it is.
	 * The same server in another pool is not.
	 * @param primary the primary now, or {@code null} if there is none
	 * @param cause why
	 * @param since when what led to it happened, as of the ticker
	 */
	void tell(@Nullable ServerPool primary, PrimaryCause cause, long since) {
		String server = (primary != null) ? primary.getServer() : null;
		if (Objects.equals(server, this.told)) {
			return;
		}
		this.listener
			.accept(new PrimaryChange(this.told, server, cause.name(), this.waitingForRoles + this.waitingInPools,
					this.cutOff, Duration.ofNanos(this.ticker.nanoTime() - since)));
		this.told = server;
		this.waitingInPools = 0;
		this.cutOff = 0;
	}

}
