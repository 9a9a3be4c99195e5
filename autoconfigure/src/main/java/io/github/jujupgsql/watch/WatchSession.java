package io.github.jujupgsql.watch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * One time that the relation file is followed, from a start to the next stop.
 * <p>
 * {@link #wake()} and {@link #end()} are for any thread.
 */
final class WatchSession {

	private final FolderWatch folders;

	private final ReaderThread readerThread;

	private @Nullable Long missingSince;

	private volatile @Nullable Thread thread;

	/**
	 * Begin.
	 * @param file the file to follow
	 * @param patience how long to wait for its file system
	 * @param readers counts threads that have not come back from there
	 */
	WatchSession(SnapshotReader file, Duration patience, AtomicInteger readers) {
		this.folders = new FolderWatch(file.path());
		this.readerThread = new ReaderThread(file, patience, readers);
	}

	FileSnapshot read() {
		return this.readerThread.read();
	}

	boolean await(Duration timeout) throws InterruptedException {
		return this.folders.await(timeout);
	}

	/**
	 * Watch the folders that matter now.
	 * @return whether the file may have changed before
	 */
	boolean refresh() {
		return this.folders.refresh();
	}

	/**
	 * Have the next wait end at once.
	 */
	void lookAgain() {
		this.folders.wake();
	}

	/**
	 * End the wait of the thread that follows, if there is one already: whoever starts is
	 * not to be interrupted.
	 */
	void wake() {
		if (this.thread != null) {
			this.folders.wake();
		}
	}

	/**
	 * Since when the file has been missing.
	 * @return the time in nanoseconds, or {@code null} while it is there
	 */
	@Nullable Long getMissingSince() {
		return this.missingSince;
	}

	void setMissingSince(@Nullable Long missingSince) {
		this.missingSince = missingSince;
	}

	void followBy(Runnable loop) {
		Thread following = new Thread(loop, "pgsql-relation-watcher");
		following.setDaemon(true);
		this.thread = following;
		following.start();
	}

	/**
	 * Send whoever waits for the file away.
	 */
	void end() {
		this.folders.close();
		this.readerThread.close();
	}

	/**
	 * Wait until the thread that follows has ended, unless it is this one.
	 */
	void join(long nanos) throws InterruptedException {
		Thread following = this.thread;
		if (following != null && following != Thread.currentThread() && nanos > 0) {
			TimeUnit.NANOSECONDS.timedJoin(following, nanos);
		}
	}

}
