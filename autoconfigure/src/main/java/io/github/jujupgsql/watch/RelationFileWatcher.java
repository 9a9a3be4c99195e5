package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Follows the relation file: hands each new relation to one listener, and keeps the last
 * good one while the file is not whole, not valid or not readable.
 * <p>
 * From a start to the next stop there is one {@link WatchSession}, and one thread with
 * its {@link WatchLoop}. A thread that is stuck in the file system or in the listener
 * when its session ends is left behind, and changes nothing when it comes back.
 *
 * @since 0.1.0
 */
public final class RelationFileWatcher implements Closeable {

	/**
	 * How long a file that is not valid when the application starts is read again: it may
	 * be half-written.
	 */
	static final Duration START_PATIENCE = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(RelationFileWatcher.class);

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final SnapshotReader reader;

	/** How long to wait for the file system, and on closing for the listener. */
	private final Duration patience;

	private final RelationFollower follower;

	private final WatchLoop loop;

	/** Threads that have not come back from the file system. */
	private final AtomicInteger readers = new AtomicInteger();

	/**
	 * Written under this object's monitor; {@code null} while the file is not followed.
	 */
	private volatile @Nullable WatchSession session;

	/** Written by the thread that starts, once. */
	private volatile boolean startedBefore;

	/**
	 * Create a watcher.
	 * @param path the relation file, which need not exist yet
	 * @param reader reads its content
	 * @param pollInterval how often it is looked at even if nothing woke the watcher
	 * @param missingFileGrace how long a file that vanished may stay away before the
	 * relation counts as broken
	 * @param clock tells when a relation was read
	 * @param listener gets each relation that differs from the one before; must not
	 * block. One that fails gets the relation of then at each look, until it takes it
	 */
	public RelationFileWatcher(Path path, RelationReader reader, Duration pollInterval, Duration missingFileGrace,
			Clock clock, Consumer<PgsqlRelation> listener) {
		this(new SnapshotReader(path), PATIENCE, reader, pollInterval, missingFileGrace, clock, listener);
	}

	RelationFileWatcher(SnapshotReader file, Duration patience, RelationReader reader, Duration pollInterval,
			Duration missingFileGrace, Clock clock, Consumer<PgsqlRelation> listener) {
		this.reader = file;
		this.patience = patience;
		this.follower = new RelationFollower(new WatchRules(file.path(), reader::read, pollInterval, missingFileGrace),
				new FilePermissionCheck(file.path()), clock, listener, patience);
		this.loop = new WatchLoop(file.path(), this.follower, pollInterval);
	}

	/**
	 * Return the file that is watched.
	 * @return the relation file
	 */
	public Path getFile() {
		return this.reader.path();
	}

	/**
	 * Return what is known of the relation now.
	 * @return the state
	 */
	public RelationState getState() {
		return this.follower.getState();
	}

	/**
	 * Read the file, hand over what it says, and follow it from now on. A file that does
	 * not exist yet is waited for in the background. After {@link #close()} the last good
	 * relation stays in use whatever the file is like now, and only what has changed is
	 * handed over.
	 * @throws RelationFileException if the file is there and stays unusable for two
	 * seconds, the first time
	 */
	public void start() {
		WatchSession begun = begin();
		if (begun == null) {
			return;
		}
		if (this.startedBefore) {
			this.loop.look(begun);
		}
		else {
			readFirst(begun);
		}
		followOn(begun);
	}

	private synchronized @Nullable WatchSession begin() {
		if (this.session != null) {
			return null;
		}
		this.session = new WatchSession(this.reader, this.patience, this.readers, this::wake);
		return this.session;
	}

	private void readFirst(WatchSession begun) {
		try {
			awaitFirstReading(begun);
		}
		catch (InterruptedException ex) {
			end(begun);
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while reading " + getFile(), ex);
		}
		catch (RuntimeException | Error ex) {
			// a watcher that cannot start is not closed: inotify instances are few
			end(begun);
			throw ex;
		}
	}

	private void awaitFirstReading(WatchSession begun) throws InterruptedException {
		long deadline = System.nanoTime() + START_PATIENCE.toNanos();
		while (begun.isOpen()) {
			begun.refresh();
			WatchStep step = this.follower.look(begun);
			this.follower.follow(begun, step);
			RelationState state = getState();
			if (state.readAt() != null && state.problem() == null) {
				this.startedBefore = true;
				return;
			}
			if (this.follower.isFileMissing()) {
				logger.info("Relation file " + getFile() + " does not exist yet; waiting for it");
				this.startedBefore = true;
				return;
			}
			Duration left = Duration.ofNanos(deadline - System.nanoTime());
			if (left.isNegative() && begun.isOpen()) {
				RelationProblem problem = state.problem();
				throw new RelationFileException(getFile(), (problem != null) ? problem.message()
						: "Relation file " + getFile() + " did not stop changing");
			}
			begun.await((step.pause().compareTo(left) < 0) ? step.pause() : left);
		}
	}

	private synchronized void followOn(WatchSession begun) {
		if (begun.isOpen()) {
			begun.followBy(() -> this.loop.run(begun));
		}
	}

	/**
	 * Have the file looked at now, as an event would, and return at once. For callers
	 * with reason to believe that the relation has changed; any thread may call it at any
	 * time.
	 */
	public void wake() {
		WatchSession present = this.session;
		if (present != null) {
			present.wake();
		}
	}

	/**
	 * Stop following the file, until {@link #start()} is called again. No relation is
	 * handed over after this has returned. A listener that has been handed one and does
	 * not come back is waited for no longer than five seconds, and gets no other before
	 * it has.
	 */
	@Override
	public void close() {
		WatchSession present = this.session;
		if (present == null || !end(present)) {
			return;
		}
		long deadline = System.nanoTime() + this.patience.toNanos();
		try {
			if (this.follower.awaitTurn()) {
				present.join(deadline - System.nanoTime());
			}
			else {
				logger.warn("Relation file " + getFile()
						+ " is no longer followed, but what was handed over last is still being acted on");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Let nothing more be done in a session.
	 * @return whether it had not ended before
	 */
	private synchronized boolean end(WatchSession ending) {
		boolean open = ending.isOpen();
		if (open) {
			this.session = null;
		}
		ending.end();
		return open;
	}

}
