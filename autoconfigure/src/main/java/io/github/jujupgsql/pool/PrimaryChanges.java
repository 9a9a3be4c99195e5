package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.function.Consumer;

import io.github.jujupgsql.role.PrimaryCause;
import io.github.jujupgsql.role.ServerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Tells each switch of the primary, and what it has done to threads and connections.
 * Confined to the thread that assigns roles.
 */
final class PrimaryChanges {

	private final Consumer<PrimaryChange> listener;

	private final Ticker ticker;

	private @Nullable Writer told;

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
	 * The same server in another pool is not; one on another timeline is, even if the
	 * same name leads there.
	 * @param primary the primary now, or {@code null} if there is none
	 * @param cause why
	 * @param since when what led to it happened, as of the ticker
	 */
	void tell(@Nullable ServerPool primary, PrimaryCause cause, long since) {
		Writer before = this.told;
		Writer now = Writer.of(primary);
		if ((now != null) ? now.isSameAs(before) : before == null) {
			return;
		}
		boolean named = before != null && now != null && before.server().equals(now.server());
		this.listener.accept(new PrimaryChange(Writer.name(before, named), Writer.name(now, named), cause.name(),
				this.waitingForRoles + this.waitingInPools, this.cutOff,
				Duration.ofNanos(this.ticker.nanoTime() - since)));
		this.told = now;
		this.waitingInPools = 0;
		this.cutOff = 0;
	}

	/**
	 * Who writes.
	 *
	 * @param server where it is, as the relation has it
	 * @param address where it is as it sees itself, if it has told
	 * @param timeline on which timeline, if it has told
	 */
	private record Writer(String server, @Nullable String address, @Nullable Long timeline) {

		static @Nullable Writer of(@Nullable ServerPool primary) {
			return (primary != null)
					? new Writer(primary.getServer(), primary.getInstanceAddress(), primary.getTimeline()) : null;
		}

		boolean isSameAs(@Nullable Writer other) {
			return other != null && this.server.equals(other.server)
					&& (this.timeline == null || other.timeline == null || this.timeline.equals(other.timeline));
		}

		/**
		 * Return what to call it, with its own address where its name is not enough.
		 */
		static @Nullable String name(@Nullable Writer writer, boolean withAddress) {
			if (writer == null) {
				return null;
			}
			return withAddress ? ServerIdentity.withAddress(writer.server, writer.address) : writer.server;
		}

	}

}
