package io.github.jujupgsql.pool;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.jujupgsql.driver.SilentConnection;
import io.github.jujupgsql.role.ProbeAnswer.Kind;
import io.github.jujupgsql.role.RetryBackoff;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to the primary on which nothing is said, and one thread that waits
 * for its end: the end tells at once that the primary has gone, also while no thread uses
 * it. It tells nothing of a server that hangs, and nothing of one behind a pooler.
 * <p>
 * That the server refuses the connection is no sign of anything: there may be no slot
 * left. That it cannot be reached is. Every field is guarded by this object's monitor.
 * The thread that assigns roles says what to watch, the one that waits keeps the
 * connection; one that is not {@link #thread} any more ends.
 */
final class PrimaryWatch {

	private static final Log logger = LogFactory.getLog(ServerPools.class);

	private final Consumer<ServerPool> whenLost;

	private @Nullable ServerPool watched;

	private boolean paused;

	private @Nullable SilentConnection connection;

	private @Nullable Thread thread;

	/**
	 * Create a watch.
	 * @param whenLost gets the pool of a primary that may have gone
	 */
	PrimaryWatch(Consumer<ServerPool> whenLost) {
		this.whenLost = whenLost;
	}

	/**
	 * Watch another primary from now on. Does not block.
	 * @param primary its pool, or {@code null} if there is none to be watched
	 */
	synchronized void watch(@Nullable ServerPool primary) {
		if (primary != this.watched) {
			this.watched = primary;
			change();
		}
	}

	/**
	 * Keep no connection until told to {@link #resume()}.
	 */
	synchronized void pause() {
		if (!this.paused) {
			this.paused = true;
			change();
		}
	}

	synchronized void resume() {
		this.paused = false;
		change();
	}

	private void change() {
		closeConnection();
		if (this.watched == null || this.paused) {
			this.thread = null;
		}
		else if (this.thread == null) {
			this.thread = new DaemonThreads("pgsql-primary-watch").newThread(this::run);
			this.thread.start();
		}
		notifyAll();
	}

	private void closeConnection() {
		SilentConnection open = this.connection;
		this.connection = null;
		if (open != null) {
			try {
				open.close();
			}
			catch (IOException ex) {
				logger.debug("Cannot close the connection that is watched", ex);
			}
		}
	}

	private void run() {
		int failures = 1;
		for (ServerPool primary = current(); primary != null; primary = current()) {
			failures = awaitEnd(primary) ? 1 : failures + 1;
			pause(primary, failures);
		}
	}

	/**
	 * Return what to watch, unless this thread is not needed any more.
	 */
	private synchronized @Nullable ServerPool current() {
		return (this.thread == Thread.currentThread()) ? this.watched : null;
	}

	/**
	 * Watch a primary until its connection ends.
	 * @return whether there has been a connection
	 */
	private boolean awaitEnd(ServerPool primary) {
		try (SilentConnection opened = primary.connections.getOpener().connectSilently()) {
			if (!keep(primary, opened)) {
				return true;
			}
			try {
				opened.awaitAnything();
			}
			catch (IOException ex) {
				logger.debug("The connection to " + primary + " that is watched has broken", ex);
			}
			tellUnlessLeft(primary);
			return true;
		}
		catch (SQLException | IOException | RuntimeException ex) {
			logger.debug("No connection to " + primary + " can be watched", ex);
			if (ConnectFailure.of(ex).kind() == Kind.UNREACHABLE) {
				tellUnlessLeft(primary);
			}
			return false;
		}
	}

	private void tellUnlessLeft(ServerPool primary) {
		if (current() == primary && !primary.isRetired()) {
			this.whenLost.accept(primary);
		}
	}

	private synchronized boolean keep(ServerPool primary, SilentConnection opened) {
		boolean wanted = current() == primary;
		if (wanted) {
			this.connection = opened;
		}
		return wanted;
	}

	private synchronized void pause(ServerPool primary, int failures) {
		this.connection = null;
		long until = System.nanoTime() + RetryBackoff.WATCH.pauseAfter(failures).toNanos();
		long left = until - System.nanoTime();
		try {
			while (current() == primary && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = until - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			logger.debug("Interrupted between two connections", ex);
		}
	}

}
