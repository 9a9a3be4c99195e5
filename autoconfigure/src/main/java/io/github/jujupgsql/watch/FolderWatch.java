package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Waits until something may have happened to a file, by watching the folders in which its
 * name and the symbolic links on the way to it stand. Where no watch can be had it only
 * waits.
 * <p>
 * {@link #refresh()} and {@link #await(Duration)} are for one thread, {@link #wake()} and
 * {@link #close()} for any.
 */
final class FolderWatch implements Closeable {

	private static final Log logger = LogFactory.getLog(FolderWatch.class);

	private final Path file;

	private final CountDownLatch closed = new CountDownLatch(1);

	private final WakeableWait waker = new WakeableWait();

	/** Written and read by the waiting thread, as are the names and whether to warn. */
	private final Map<Path, WatchKey> keys = new HashMap<>();

	private Map<Path, Set<Path>> names = Map.of();

	private boolean unavailable;

	/** Written by the waiting thread under the lock, so that closing misses none. */
	private @Nullable WatchService service;

	FolderWatch(Path file) {
		this.file = file.toAbsolutePath();
	}

	/**
	 * Watch the folders that matter now. What happens after this has returned wakes
	 * {@link #await(Duration)}.
	 * @return whether one of them was not watched before: then look at the file, which
	 * may have changed meanwhile
	 */
	boolean refresh() {
		WatchService current = service();
		if (current == null) {
			return false;
		}
		boolean refreshed = false;
		boolean added;
		do {
			this.names = DecisiveFolders.of(this.file);
			this.keys.entrySet().removeIf((entry) -> {
				boolean obsolete = !this.names.containsKey(entry.getKey()) || !entry.getValue().isValid();
				if (obsolete) {
					entry.getValue().cancel();
				}
				return obsolete;
			});
			added = false;
			for (Path folder : this.names.keySet()) {
				added |= register(current, folder);
			}
			refreshed |= added;
			// what was found may have changed before it was watched
		}
		while (added);
		return refreshed;
	}

	/**
	 * Watch a folder, also one that is watched: its key tells nothing if it was moved
	 * away and another has its name now. For the same folder the key is the same.
	 * @return whether it was not watched before, or is not there any more
	 */
	private boolean register(WatchService current, Path folder) {
		try {
			WatchKey key = folder.register(current, StandardWatchEventKinds.ENTRY_CREATE,
					StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE);
			WatchKey former = this.keys.put(folder, key);
			if (former != null && former != key) {
				former.cancel();
			}
			this.unavailable = false;
			return former != key;
		}
		catch (NoSuchFileException ex) {
			// gone since it was found: another way has to be watched
			return true;
		}
		catch (FileSystemException ex) {
			// not ours to see: the next poll tries again
			logger.debug("Cannot watch " + folder, ex);
		}
		catch (IOException ex) {
			unavailable(ex);
		}
		catch (ClosedWatchServiceException ex) {
			// closing; the caller will notice
		}
		return false;
	}

	private @Nullable WatchService service() {
		synchronized (this.closed) {
			if (this.service == null && this.closed.getCount() > 0) {
				try {
					this.service = FileSystems.getDefault().newWatchService();
				}
				catch (IOException ex) {
					unavailable(ex);
				}
			}
			return this.service;
		}
	}

	/**
	 * Say once that a limit is reached: of inotify instances, or of watches.
	 */
	private void unavailable(IOException limit) {
		if (!this.unavailable) {
			logger.warn("Cannot watch " + this.file + " (" + limit.getMessage()
					+ "); polling it every juju.pgsql.poll-interval instead");
		}
		this.unavailable = true;
	}

	/**
	 * Wait until something may have happened to the file.
	 * @param timeout how long at the most
	 * @return {@code false} once this watch is closed
	 * @throws InterruptedException if the thread was interrupted, but not to wake it
	 */
	boolean await(Duration timeout) throws InterruptedException {
		WatchService current = service();
		this.waker.await(() -> awaitEvent(current, timeout));
		return this.closed.getCount() > 0;
	}

	private void awaitEvent(@Nullable WatchService current, Duration timeout) throws InterruptedException {
		if (current == null) {
			this.closed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
			return;
		}
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			WatchKey key = current.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
			while (key != null && !concernsFile(key)) {
				// a busy neighbour has a key ready at any time, and must not keep the
				// time
				// from running out
				long left = deadline - System.nanoTime();
				key = (left > 0) ? current.poll(left, TimeUnit.NANOSECONDS) : null;
			}
		}
		catch (ClosedWatchServiceException ex) {
			// the caller will notice
		}
	}

	/**
	 * End the wait that is under way or, if none is, the next one, as an event would.
	 */
	void wake() {
		this.waker.wake();
	}

	/**
	 * Return whether events concern the file: a neighbour that is written in a busy loop
	 * must not have it read each time.
	 * @param key the key with the events
	 * @return whether one of them is about a name that matters, or may be
	 */
	private boolean concernsFile(WatchKey key) {
		Set<Path> relevant = this.names.getOrDefault(key.watchable(), Set.of());
		boolean concerns = false;
		for (WatchEvent<?> event : key.pollEvents()) {
			concerns |= event.kind() == StandardWatchEventKinds.OVERFLOW || relevant.contains(event.context());
		}
		boolean valid = key.reset();
		return concerns || !valid;
	}

	@Override
	public void close() {
		synchronized (this.closed) {
			this.closed.countDown();
			if (this.service != null) {
				try {
					this.service.close();
				}
				catch (IOException ex) {
					logger.debug("Cannot close the file watch", ex);
				}
			}
		}
	}

}
