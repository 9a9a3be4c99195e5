package io.github.jujupgsql.watch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What the watching thread does: on each wake and on each poll interval it has the file
 * read and what has changed handed over. It outlives what fails, because without it the
 * application stays with dead servers.
 */
final class WatchLoop {

	private static final Log logger = LogFactory.getLog(RelationFileWatcher.class);

	private final Path file;

	private final RelationFollower follower;

	private final Duration pollInterval;

	/** What has gone wrong since a look has gone well. Threads of two sessions write. */
	private final Set<String> failures = ConcurrentHashMap.newKeySet();

	WatchLoop(Path file, RelationFollower follower, Duration pollInterval) {
		this.file = file;
		this.follower = follower;
		this.pollInterval = pollInterval;
	}

	/**
	 * Follow the file until the session ends.
	 * @param session the session
	 */
	void run(WatchSession session) {
		boolean open = true;
		while (open) {
			Duration pause = look(session);
			try {
				open = session.await(pause);
			}
			catch (InterruptedException ex) {
				// only closing the session ends it
				logger.debug("Interrupted while waiting", ex);
			}
		}
	}

	/**
	 * Look at the file and hand over what has changed, or what could not be handed over
	 * before.
	 * @param session the session
	 * @return how long to wait for an event before the next look
	 */
	Duration look(WatchSession session) {
		Duration pause = this.pollInterval;
		try {
			try {
				WatchStep step = this.follower.look(session);
				pause = step.pause();
				this.follower.follow(session, step);
			}
			finally {
				// not before: what is watched next must not delay the news
				watchFolders(session);
			}
			this.failures.clear();
		}
		catch (RuntimeException | Error ex) {
			if (this.failures.size() < WatchRules.MOST_TOLD && this.failures.add(ex.toString())) {
				logger.error("Failed to act on relation file " + this.file + "; that is tried again at each look", ex);
			}
		}
		return pause;
	}

	private static void watchFolders(WatchSession session) {
		if (session.refresh()) {
			// the file may have changed before its folder was watched
			session.lookAgain();
		}
	}

}
