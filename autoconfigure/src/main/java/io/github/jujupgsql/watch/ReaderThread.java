package io.github.jujupgsql.watch;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Reads the relation file on a thread that can be left behind. What is a file when its
 * attributes are read can be a named pipe when it is opened, which waits for a writer,
 * and a network file system can hang. Java cannot open a file without waiting, nor end
 * such a wait from outside; opening for writing as well would not wait for a pipe, but
 * the file need not be ours to write. A thread that is left behind ends when the file
 * system lets it, and what it has read is dropped. Otherwise it waits for the next time:
 * writers may wait for what is read, and starting a thread takes longer than reading.
 * <p>
 * {@link #read()} is for one thread at a time, {@link #close()} for any.
 */
final class ReaderThread implements Closeable {

	/** How many threads may be left behind: a file system may hang for days. */
	static final int MOST = 50;

	private final SnapshotReader reader;

	private final Duration patience;

	private final AtomicInteger running;

	/** Has one thread, and another one while that does not come back. */
	private final ExecutorService threads = new ThreadPoolExecutor(1, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), ReaderThread::newThread);

	private @Nullable FutureTask<FileSnapshot> task;

	private boolean closed;

	/**
	 * Create a reader thread.
	 * @param reader reads the file
	 * @param patience how long to wait for the file system
	 * @param running counts threads that have not come back
	 */
	ReaderThread(SnapshotReader reader, Duration patience, AtomicInteger running) {
		this.reader = reader;
		this.patience = patience;
		this.running = running;
	}

	/**
	 * Read the file.
	 * @return what was found; nothing of interest if this is closed meanwhile
	 */
	FileSnapshot read() {
		if (this.running.get() >= MOST) {
			return new FileSnapshot.Unreadable("cannot be read: " + MOST + " attempts have not come back yet");
		}
		FutureTask<FileSnapshot> begun = begin();
		boolean interrupted = false;
		try {
			long deadline = System.nanoTime() + this.patience.toNanos();
			while (true) {
				try {
					return begun.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (TimeoutException | CancellationException ex) {
			begun.cancel(true);
			return new FileSnapshot.Unreadable("cannot be read within " + this.patience.toMillis()
					+ " ms: it has become a named pipe, or its file system does not answer");
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("Cannot read the file", ex.getCause());
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static Thread newThread(Runnable work) {
		Thread thread = new Thread(work, "pgsql-relation-reader");
		thread.setDaemon(true);
		return thread;
	}

	private synchronized FutureTask<FileSnapshot> begin() {
		FutureTask<FileSnapshot> begun = new FutureTask<>(this.reader::read);
		this.task = begun;
		if (this.closed) {
			begun.cancel(false);
			return begun;
		}
		this.threads.execute(() -> {
			try {
				begun.run();
			}
			finally {
				this.running.decrementAndGet();
			}
		});
		this.running.incrementAndGet();
		return begun;
	}

	/**
	 * Wait no longer. What is read later finds nothing.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.task != null) {
			this.task.cancel(true);
		}
		this.threads.shutdownNow();
	}

}
