package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.RelationReadResult;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Follows the relation file: hands each new relation to one listener, and keeps the last
 * good one while the file is not whole, not valid or not readable.
 * <p>
 * What is known of the file belongs to the thread that has the {@link #turn}: the one
 * that calls {@link #start()} until that returns, then the watching thread. It acts only
 * while it is its {@link #following} that counts; one that was stopped while it was stuck
 * finds that another does, or none. Only {@link #state} is read by others; it is replaced
 * as a whole.
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

	/** How many faults are told one by one: a hostile file can have thousands. */
	private static final int MOST_TOLD = 10;

	private static final Duration CHANGING_FILE_PAUSE = Duration.ofMillis(5);

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final SnapshotReader file;

	/** How long to wait for the file system, and on closing for the listener. */
	private final Duration patience;

	private final RelationReader reader;

	private final Duration pollInterval;

	private final Duration missingFileGrace;

	private final Consumer<PgsqlRelation> listener;

	private final Clock clock;

	private final WriteCompletion settling = new WriteCompletion();

	private final FilePermissionCheck exposure;

	private final RelationChangeLogger changes;

	/** Threads that have not come back from the file system. */
	private final AtomicInteger readers = new AtomicInteger();

	/** Whoever has it judges what was read, and hands over. */
	private final ReentrantLock turn = new ReentrantLock();

	/**
	 * Written under this object's monitor; {@code null} while nobody follows the file.
	 */
	private volatile @Nullable WatchSession following;

	private volatile boolean followed;

	/** The content last judged, good or bad; {@code null} if the next one must be. */
	private byte @Nullable [] judged;

	private @Nullable RelationProblem judgedProblem;

	private Set<String> warned = Set.of();

	/** What the listener has; {@code null} if it failed, so that nobody knows. */
	private @Nullable PgsqlRelation handedOver = PgsqlRelation.NONE;

	/** What has gone wrong since a look has gone well. */
	private final Set<String> failures = ConcurrentHashMap.newKeySet();

	private volatile RelationState state = RelationState.UNREAD;

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
		this.file = file;
		this.patience = patience;
		this.reader = reader;
		this.pollInterval = pollInterval;
		this.missingFileGrace = missingFileGrace;
		this.clock = clock;
		this.listener = listener;
		this.exposure = new FilePermissionCheck(file.path());
		this.changes = new RelationChangeLogger(file.path());
	}

	/**
	 * Return the file that is watched.
	 * @return the relation file
	 */
	public Path getFile() {
		return this.file.path();
	}

	/**
	 * Return what is known of the relation now.
	 * @return the state
	 */
	public RelationState getState() {
		return this.state;
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
		if (this.followed) {
			lookSafely(begun);
		}
		else {
			readFirst(begun);
		}
		followOn(begun);
	}

	private synchronized @Nullable WatchSession begin() {
		if (this.following != null) {
			return null;
		}
		this.following = new WatchSession(this.file, this.patience, this.readers);
		return this.following;
	}

	private synchronized void followOn(WatchSession begun) {
		if (counts(begun)) {
			begun.followBy(() -> follow(begun));
		}
	}

	/**
	 * Let nothing more be done for a following.
	 * @return whether anything was
	 */
	private synchronized boolean end(WatchSession begun) {
		boolean counted = counts(begun);
		if (counted) {
			this.following = null;
		}
		begun.end();
		return counted;
	}

	private boolean counts(WatchSession one) {
		return this.following == one;
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
			// whoever cannot start is not closed: inotify instances are few
			end(begun);
			throw ex;
		}
	}

	private void awaitFirstReading(WatchSession begun) throws InterruptedException {
		long deadline = System.nanoTime() + START_PATIENCE.toNanos();
		while (counts(begun)) {
			begun.refresh();
			Duration pause = look(begun);
			handOver(begun);
			if (this.state.readAt() != null && this.state.problem() == null) {
				this.followed = true;
				return;
			}
			if (begun.getMissingSince() != null) {
				logger.info("Relation file " + getFile() + " does not exist yet; waiting for it");
				this.followed = true;
				return;
			}
			Duration left = Duration.ofNanos(deadline - System.nanoTime());
			if (left.isNegative() && counts(begun)) {
				RelationProblem problem = this.state.problem();
				throw new RelationFileException(getFile(), (problem != null) ? problem.message()
						: "Relation file " + getFile() + " did not stop changing");
			}
			begun.await((pause.compareTo(left) < 0) ? pause : left);
		}
	}

	/**
	 * Look at the file on each wake and on each poll interval.
	 */
	private void follow(WatchSession begun) {
		boolean open = true;
		while (open) {
			Duration pause = lookSafely(begun);
			try {
				open = begun.await(pause);
			}
			catch (InterruptedException ex) {
				// who is to end it closes the watch; without this thread, the application
				// stays with dead servers
				logger.debug("Interrupted while waiting", ex);
			}
		}
	}

	/**
	 * Look at the file and hand over what has changed, or what could not be handed over
	 * before.
	 * @return how long to wait for an event before the next look
	 */
	private Duration lookSafely(WatchSession begun) {
		Duration pause = this.pollInterval;
		try {
			try {
				pause = look(begun);
				handOver(begun);
			}
			finally {
				// not before: whoever waits for the news does not care what is watched
				watchFolders(begun);
			}
			this.failures.clear();
		}
		catch (RuntimeException | Error ex) {
			// also an error: without this thread, the application stays with dead servers
			if (this.failures.size() < MOST_TOLD && this.failures.add(ex.toString())) {
				logger.error("Failed to act on relation file " + getFile() + "; that is tried again at each look", ex);
			}
		}
		return pause;
	}

	private static void watchFolders(WatchSession begun) {
		if (begun.refresh()) {
			// the file may have changed before its folder was watched
			begun.lookAgain();
		}
	}

	/**
	 * Look at the file and judge it.
	 * @return how long to wait for an event before the next look
	 */
	private Duration look(WatchSession begun) {
		long started = System.nanoTime();
		FileSnapshot found = begun.read();
		takeTurn();
		try {
			return counts(begun) ? judge(found, started, begun) : this.pollInterval;
		}
		finally {
			giveTurn(begun);
		}
	}

	private void handOver(WatchSession begun) {
		takeTurn();
		try {
			PgsqlRelation relation = this.state.relation();
			if (counts(begun) && !relation.equals(this.handedOver)) {
				this.handedOver = null;
				this.listener.accept(relation);
				this.handedOver = relation;
			}
		}
		finally {
			giveTurn(begun);
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

	/**
	 * Let others have their turn. Whoever follows the file now may have had to do without
	 * it, and looks again.
	 */
	private void giveTurn(WatchSession begun) {
		this.turn.unlock();
		WatchSession present = this.following;
		if (present != null && present != begun) {
			present.wake();
		}
	}

	private Duration judge(FileSnapshot found, long started, WatchSession begun) {
		if (found instanceof FileSnapshot.Missing) {
			this.settling.noticedMissing();
			return missing(begun);
		}
		back(begun);
		if (found instanceof FileSnapshot.Content content) {
			return present(content, started);
		}
		if (found instanceof FileSnapshot.Unreadable unreadable) {
			unreadable(unreadable.reason());
			return this.pollInterval;
		}
		this.settling.noticedChanging();
		return CHANGING_FILE_PAUSE;
	}

	private Duration missing(WatchSession begun) {
		long now = System.nanoTime();
		Long known = begun.getMissingSince();
		long since = (known != null) ? known : now;
		if (known == null) {
			begun.setMissingSince(since);
			if (this.state.readAt() != null) {
				logger.warn("Relation file " + getFile() + " has vanished; unless it is back within "
						+ this.missingFileGrace.toMillis() + " ms, its relation counts as gone");
			}
		}
		Duration left = this.missingFileGrace.minusNanos(now - since);
		if (left.compareTo(Duration.ZERO) > 0) {
			return (left.compareTo(this.pollInterval) < 0) ? left : this.pollInterval;
		}
		if (this.judged != null || this.state.problem() != null) {
			this.judged = null;
			this.judgedProblem = null;
			this.warned = Set.of();
			this.state = this.state.broken();
			this.changes.gone("stayed away for " + TimeUnit.NANOSECONDS.toMillis(now - since) + " ms");
		}
		return this.pollInterval;
	}

	private void back(WatchSession begun) {
		Long since = begun.getMissingSince();
		begun.setMissingSince(null);
		if (since != null && this.judged != null) {
			logger.info("Relation file " + getFile() + " is back after "
					+ TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) + " ms");
		}
	}

	private Duration present(FileSnapshot.Content content, long started) {
		this.settling.noticed(content, System.nanoTime());
		if (Arrays.equals(this.judged, content.bytes())) {
			recover();
			return this.pollInterval;
		}
		Duration remaining = this.settling.remaining(started);
		boolean settled = remaining.isZero();
		if (!settled && !this.settling.isWholeAtOnce()) {
			return remaining;
		}
		try {
			RelationReadResult reading = this.reader.read(content.bytes());
			accept(content.bytes(), reading);
			return this.pollInterval;
		}
		catch (InvalidRelationException ex) {
			if (!settled) {
				return remaining;
			}
			refuse(content.bytes(), ex);
			return this.pollInterval;
		}
	}

	private void accept(byte[] bytes, RelationReadResult reading) {
		if (this.state.problem() != null) {
			logger.info("Relation file " + getFile() + " is valid again");
		}
		Set<String> news = new LinkedHashSet<>(reading.warnings());
		news.removeAll(this.warned);
		summary(List.copyOf(news)).forEach((warning) -> logger.warn("Relation file " + getFile() + ": " + warning));
		if (reading.waitingFor() != null && !reading.waitingFor().equals(this.state.waitingFor())) {
			logger.warn("Relation file " + getFile() + ": " + reading.waitingFor());
		}
		this.exposure.lookAt(reading.relation());
		this.judged = bytes;
		this.judgedProblem = null;
		this.warned = Set.copyOf(reading.warnings());
		this.state = this.state.with(reading, summary(reading.warnings()), this.clock.instant());
		this.changes.named(this.state.relation());
	}

	private static List<String> summary(List<String> warnings) {
		int more = warnings.size() - MOST_TOLD;
		return (more <= 0) ? warnings
				: Stream.concat(warnings.stream().limit(MOST_TOLD), Stream.of(more + " more like these")).toList();
	}

	private void refuse(byte[] bytes, InvalidRelationException fault) {
		RelationProblem problem = problem("Relation file " + getFile() + ": " + fault.getMessage());
		this.judged = bytes;
		this.judgedProblem = problem;
		this.state = this.state.withInvalidContent(problem);
	}

	private void unreadable(String reason) {
		String message = "Relation file " + getFile() + " " + reason;
		if (this.state.problem() == null || !message.equals(this.state.problem().message())) {
			this.state = this.state.withProblem(problem(message));
		}
	}

	private RelationProblem problem(String message) {
		if (this.state.readAt() != null) {
			logger.warn(message + "; the last good relation stays in use");
		}
		return new RelationProblem(this.clock.instant(), message);
	}

	/**
	 * The file holds again, or still, what was judged last.
	 */
	private void recover() {
		this.exposure.lookAt(this.state.relation());
		if (this.state.problem() != this.judgedProblem) {
			logger.info("Relation file " + getFile() + " can be read again");
			this.state = this.state.withProblem(this.judgedProblem);
		}
	}

	/**
	 * Have the file looked at now, as an event would, and return at once. For whoever has
	 * reason to believe that the relation has changed; any thread may call it at any
	 * time.
	 */
	public void wake() {
		WatchSession present = this.following;
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
		WatchSession ended = this.following;
		if (ended == null || !end(ended)) {
			return;
		}
		long deadline = System.nanoTime() + this.patience.toNanos();
		try {
			if (this.turn.tryLock(this.patience.toNanos(), TimeUnit.NANOSECONDS)) {
				this.turn.unlock();
				ended.join(deadline - System.nanoTime());
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

}
