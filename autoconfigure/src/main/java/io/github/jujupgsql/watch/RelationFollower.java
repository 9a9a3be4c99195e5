package io.github.jujupgsql.watch;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.PgsqlRelation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known of the relation file, and hands each new relation over. What
 * follows from a reading {@link WatchRules} says; this carries it out.
 * <p>
 * The thread that has the {@link #turn} writes, and no other: the one that calls
 * {@link RelationFileWatcher#start()} until that returns, then that of the
 * {@link WatchLoop}. A session that has ended changes nothing, even if its thread was
 * stuck meanwhile and comes back. Other threads read {@link #state}, and see the latest
 * or the one before it, always as a whole.
 */
final class RelationFollower {

	private static final Log logger = LogFactory.getLog(RelationFileWatcher.class);

	private final WatchRules rules;

	private final FilePermissionCheck permissions;

	private final Clock clock;

	private final Consumer<PgsqlRelation> listener;

	/** How long to wait for the turn: a listener may not come back. */
	private final Duration patience;

	private final ReentrantLock turn = new ReentrantLock();

	/** Written with the turn, read by any thread. */
	private volatile WatchState state = WatchState.INITIAL;

	/**
	 * What the listener has; {@code null} if it failed, so that what it has is not known.
	 * Written and read with the turn.
	 */
	private @Nullable PgsqlRelation handedOver = PgsqlRelation.NONE;

	/** The session that has read the file last. Written and read with the turn. */
	private @Nullable WatchSession session;

	/**
	 * Create a follower.
	 * @param rules say what follows from a reading
	 * @param permissions looks who else may read the file
	 * @param clock tells when a relation was read
	 * @param listener gets each relation that differs from the one before
	 * @param patience how long to wait for a listener that has been handed one
	 */
	RelationFollower(WatchRules rules, FilePermissionCheck permissions, Clock clock, Consumer<PgsqlRelation> listener,
			Duration patience) {
		this.rules = rules;
		this.permissions = permissions;
		this.clock = clock;
		this.listener = listener;
		this.patience = patience;
	}

	RelationState getState() {
		return this.state.relation();
	}

	/**
	 * Return whether the file was missing when it was read last.
	 */
	boolean isFileMissing() {
		return this.state.missingSince() != null;
	}

	/**
	 * Read the file. What follows is to be {@link #follow followed} next.
	 * @param reading the session that reads
	 * @return what follows; with no pause if the session has ended
	 */
	WatchStep look(WatchSession reading) {
		long began = System.nanoTime();
		FileSnapshot found = reading.read();
		takeTurn();
		try {
			return reading.isOpen() ? advance(reading, found, began)
					: new WatchStep(this.state, List.of(), Duration.ZERO);
		}
		finally {
			giveTurn(reading);
		}
	}

	private WatchStep advance(WatchSession reading, FileSnapshot found, long began) {
		WatchState known = (reading == this.session) ? this.state : this.state.atStart();
		WatchStep step = this.rules.next(known, new Observation(found, began, System.nanoTime(), this.clock.instant()));
		this.session = reading;
		this.state = step.next();
		return step;
	}

	/**
	 * Hand over the relation, if the listener does not have it yet. All else comes after
	 * that, because writers may wait for the news.
	 * @param handing the session that hands over
	 * @param step what has followed from its last look
	 */
	void follow(WatchSession handing, WatchStep step) {
		takeTurn();
		try {
			PgsqlRelation relation = this.state.relation().relation();
			if (handing.isOpen() && !relation.equals(this.handedOver)) {
				this.handedOver = null;
				this.listener.accept(relation);
				this.handedOver = relation;
			}
		}
		finally {
			try {
				step.effects().forEach(this::perform);
			}
			finally {
				giveTurn(handing);
			}
		}
	}

	private void perform(WatchEffect effect) {
		if (effect instanceof WatchEffect.Info info) {
			logger.info(info.message());
		}
		else if (effect instanceof WatchEffect.Warn warn) {
			logger.warn(warn.message());
		}
		else if (effect instanceof WatchEffect.CheckPermissions check) {
			this.permissions.check(check.relation());
		}
	}

	private void takeTurn() {
		// an interrupt is no reason to do without what can be had at once
		if (this.turn.tryLock()) {
			return;
		}
		try {
			if (this.turn.tryLock(this.patience.toNanos(), TimeUnit.NANOSECONDS)) {
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		throw new IllegalStateException("What was handed over before the last stop is still being acted on");
	}

	private void giveTurn(WatchSession former) {
		this.turn.unlock();
		if (!former.isOpen()) {
			former.wakeSuccessor();
		}
	}

	/**
	 * Wait until the thread that has the turn has given it back.
	 * @return whether it has, or {@code false} if patience is over
	 */
	boolean awaitTurn() throws InterruptedException {
		if (this.turn.tryLock(this.patience.toNanos(), TimeUnit.NANOSECONDS)) {
			this.turn.unlock();
			return true;
		}
		return false;
	}

}
