package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

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
 * All fields but {@link #state} belong to one thread: the one that calls {@link #start()}
 * until that returns, then the watching thread. Only {@link #state} is read by others; it
 * is replaced as a whole.
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

	private static final Duration CHANGING_FILE_PAUSE = Duration.ofMillis(5);

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

	private final RelationFile file;

	private final RelationReader reader;

	private final Duration pollInterval;

	private final Duration missingFileGrace;

	private final Consumer<PgsqlRelation> listener;

	private final Clock clock;

	private final FolderWatch folderWatch;

	private final Settling settling = new Settling();

	private final FileExposure exposure;

	/** The content last judged, good or bad; {@code null} if the next one must be. */
	private byte @Nullable [] judged;

	private @Nullable RelationProblem judgedProblem;

	private @Nullable Long missingSince;

	private volatile RelationState state = RelationState.UNREAD;

	private volatile @Nullable Thread thread;

	/**
	 * Create a watcher.
	 * @param path the relation file, which need not exist yet
	 * @param reader reads its content
	 * @param pollInterval how often it is looked at even if nothing woke the watcher
	 * @param missingFileGrace how long a file that vanished may stay away before the
	 * relation counts as broken
	 * @param clock tells when a relation was read
	 * @param listener gets each relation that differs from the one before; must not block
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
	 * not exist yet is waited for in the background.
	 * @throws RelationFileException if the file is there and stays unusable for two
	 * seconds
	 */
	public void start() {
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
		Thread watching = new Thread(this::run, "pgsql-relation-watcher");
		watching.setDaemon(true);
		this.thread = watching;
		watching.start();
	}

	private void awaitFirstReading() throws InterruptedException {
		long deadline = System.nanoTime() + START_PATIENCE.toNanos();
		while (true) {
			Duration pause = lookAgain();
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

	private void run() {
		try {
			while (this.folderWatch.await(lookSafely())) {
				// looked at on each wake and on each poll interval
			}
		}
		catch (InterruptedException ex) {
			// closed
		}
	}

	private Duration lookSafely() {
		try {
			return lookAgain();
		}
		catch (RuntimeException | Error ex) {
			// also an error: without this thread, the application stays with dead servers
			logger.error("Failed to act on relation file " + getFile() + "; it is still followed", ex);
			return this.pollInterval;
		}
	}

	/**
	 * Look at the file and act on it.
	 * @return how long to wait for an event before the next look
	 */
	private Duration lookAgain() {
		this.folderWatch.refresh();
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
			take(this.state.broken());
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
		for (String warning : reading.warnings()) {
			if (!this.state.warnings().contains(warning)) {
				logger.warn("Relation file " + getFile() + ": " + warning);
			}
		}
		if (reading.waitingFor() != null && !reading.waitingFor().equals(this.state.waitingFor())) {
			logger.warn("Relation file " + getFile() + ": " + reading.waitingFor());
		}
		this.exposure.lookAt(reading.relation());
		this.judged = bytes;
		this.judgedProblem = null;
		take(this.state.with(reading, this.clock.instant()));
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

	private void take(RelationState newState) {
		boolean changed = !newState.relation().equals(this.state.relation());
		this.state = newState;
		if (changed) {
			this.listener.accept(newState.relation());
		}
	}

	/**
	 * Stop following the file. No relation is handed over after this has returned.
	 */
	@Override
	public void close() {
		this.folderWatch.close();
		Thread watching = this.thread;
		if (watching != null) {
			watching.interrupt();
			try {
				watching.join(CLOSE_PATIENCE.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
