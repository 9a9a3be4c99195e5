package io.github.jujupgsql.watch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * One time that the relation file is followed, from a start to the next stop.
 * <p>
 * {@link #wake()}, {@link #isOpen()} and {@link #end()} are for any thread.
 */
final class WatchSession {

	private final FolderWatch folders;

	private final ReaderThread readerThread;

	private final Runnable wakeSuccessor;

	/** Written once, before any other session begins. */
	private volatile boolean ended;

	/** Written once, by the thread that starts it. */
	private volatile @Nullable Thread thread;

	/**
	 * Begin a session.
	 * @param reader reads the file to follow
	 * @param patience how long to wait for its file system
	 * @param readers counts threads that have not come back from there
	 * @param wakeSuccessor wakes the session after this one, if there is one
	 */
	WatchSession(SnapshotReader reader, Duration patience, AtomicInteger readers, Runnable wakeSuccessor) {
		this.folders = new FolderWatch(reader.path());
		this.readerThread = new ReaderThread(reader, patience, readers);
		this.wakeSuccessor = wakeSuccessor;
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
	 * End the wait of the thread that follows, if there is one already: a thread that
	 * starts the session is not to be interrupted.
	 */
	void wake() {
		if (this.thread != null) {
			this.folders.wake();
		}
	}

	/**
	 * Have the session after this one look again: its thread may have had to do without
	 * the turn while this one's had it.
	 */
	void wakeSuccessor() {
		this.wakeSuccessor.run();
	}

	void followBy(Runnable loop) {
		Thread following = new Thread(loop, "pgsql-relation-watcher");
		following.setDaemon(true);
		this.thread = following;
		following.start();
	}

	/**
	 * Return whether what is read in this session still counts.
	 */
	boolean isOpen() {
		return !this.ended;
	}

	/**
	 * End the session, and each wait for the file.
	 */
	void end() {
		this.ended = true;
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
