package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.jujupgsql.relation.InvalidRelationException;
import io.github.jujupgsql.relation.PgsqlRelation;
import io.github.jujupgsql.relation.RelationReader;
import io.github.jujupgsql.relation.RelationReading;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Follows the relation file: hands each new relation to one listener, and keeps the last
 * good one while the file is not whole, not valid or not readable.
 * <p>
 * What is known of the file belongs to one thread: the one that calls {@link #start()}
 * until that returns, then the watching thread, one look at a time. Only {@link #state}
 * is read by others; it is replaced as a whole.
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

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

	private final RelationFile file;

	private final RelationReader reader;

	private final Duration pollInterval;

	private final Duration missingFileGrace;

	private final Consumer<PgsqlRelation> listener;

	private final Clock clock;

	private final Settling settling = new Settling();

	private final FileExposure exposure;

	/** One for each time that the file is followed. */
	private volatile FolderWatch folderWatch;

	private boolean followed;

	/** The content last judged, good or bad; {@code null} if the next one must be. */
	private byte @Nullable [] judged;

	private @Nullable RelationProblem judgedProblem;

	private Set<String> warned = Set.of();

	private @Nullable Long missingSince;

	/** What the listener has; {@code null} if it failed, so that nobody knows. */
	private @Nullable PgsqlRelation handedOver = PgsqlRelation.NONE;

	/** What has gone wrong since a look has gone well. */
	private final Set<String> failures = new HashSet<>();

	private volatile RelationState state = RelationState.UNREAD;

	/** There is one while the file is followed. */
	private volatile @Nullable Thread thread;

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
		this.file = new RelationFile(path);
		this.reader = reader;
		this.pollInterval = pollInterval;
		this.missingFileGrace = missingFileGrace;
		this.clock = clock;
		this.listener = listener;
		this.folderWatch = new FolderWatch(path);
		this.exposure = new FileExposure(path);
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
		if (this.thread != null) {
			return;
		}
		if (this.followed) {
			this.folderWatch = new FolderWatch(getFile());
			this.missingSince = null;
			lookSafely();
		}
		else {
			readFirst();
			this.followed = true;
		}
		FolderWatch watch = this.folderWatch;
		Thread watching = new Thread(() -> follow(watch), "pgsql-relation-watcher");
		watching.setDaemon(true);
		this.thread = watching;
		watching.start();
	}

	private void readFirst() {
		try {
			awaitFirstReading();
		}
		catch (InterruptedException ex) {
			this.folderWatch.close();
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while reading " + getFile(), ex);
		}
		catch (RuntimeException ex) {
			// whoever cannot start is not closed: inotify instances are few
			this.folderWatch.close();
			throw ex;
		}
	}

	private void awaitFirstReading() throws InterruptedException {
		long deadline = System.nanoTime() + START_PATIENCE.toNanos();
		while (true) {
			this.folderWatch.refresh();
			Duration pause = look();
			handOver();
			if (this.state.readAt() != null && this.state.problem() == null) {
				return;
			}
			if (this.missingSince != null) {
				logger.info("Relation file " + getFile() + " does not exist yet; waiting for it");
				return;
			}
			Duration left = Duration.ofNanos(deadline - System.nanoTime());
			if (left.isNegative()) {
				RelationProblem problem = this.state.problem();
				throw new RelationFileException(getFile(), (problem != null) ? problem.message()
						: "Relation file " + getFile() + " did not stop changing");
			}
			this.folderWatch.await((pause.compareTo(left) < 0) ? pause : left);
		}
	}

	/**
	 * Look at the file on each wake and on each poll interval.
	 */
	private void follow(FolderWatch watch) {
		boolean open = true;
		while (open) {
			Duration pause = lookSafely();
			try {
				open = watch.await(pause);
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
	private synchronized Duration lookSafely() {
		Duration pause = this.pollInterval;
		try {
			try {
				pause = look();
				handOver();
			}
			finally {
				// not before: whoever waits for the news does not care what is watched
				watchFolders();
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

	private void watchFolders() {
		if (this.folderWatch.refresh()) {
			// the file may have changed before its folder was watched
			this.folderWatch.wake();
		}
	}

	/**
	 * Look at the file and judge it.
	 * @return how long to wait for an event before the next look
	 */
	private Duration look() {
		long started = System.nanoTime();
		Look look = this.file.look();
		if (look instanceof Look.Missing) {
			this.settling.noticedMissing();
			return missing();
		}
		this.missingSince = null;
		if (look instanceof Look.Content content) {
			return present(content, started);
		}
		if (look instanceof Look.Unreadable unreadable) {
			unreadable(unreadable.reason());
			return this.pollInterval;
		}
		this.settling.noticedChanging();
		return CHANGING_FILE_PAUSE;
	}

	private void handOver() {
		PgsqlRelation relation = this.state.relation();
		if (!relation.equals(this.handedOver)) {
			this.handedOver = null;
			this.listener.accept(relation);
			this.handedOver = relation;
		}
	}

	private Duration missing() {
		long now = System.nanoTime();
		if (this.missingSince == null) {
			this.missingSince = now;
			if (this.state.readAt() != null) {
				logger.warn("Relation file " + getFile() + " has vanished; the relation counts as broken in "
						+ this.missingFileGrace.toMillis() + " ms");
			}
		}
		Duration left = this.missingFileGrace.minusNanos(now - this.missingSince);
		if (left.compareTo(Duration.ZERO) > 0) {
			return (left.compareTo(this.pollInterval) < 0) ? left : this.pollInterval;
		}
		if (this.judged != null || this.state.problem() != null) {
			logger.warn("Relation file " + getFile() + " stayed away; the relation is broken");
			this.judged = null;
			this.judgedProblem = null;
			this.warned = Set.of();
			this.state = this.state.broken();
		}
		return this.pollInterval;
	}

	private Duration present(Look.Content content, long started) {
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
			RelationReading reading = this.reader.read(content.bytes());
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

	private void accept(byte[] bytes, RelationReading reading) {
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
		if (this.thread != null) {
			this.folderWatch.wake();
		}
	}

	/**
	 * Stop following the file, until {@link #start()} is called again. No relation is
	 * handed over after this has returned.
	 */
	@Override
	public void close() {
		this.folderWatch.close();
		Thread watching = this.thread;
		if (watching == null) {
			return;
		}
		this.thread = null;
		try {
			watching.join(CLOSE_PATIENCE.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
