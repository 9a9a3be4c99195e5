package io.github.jujupgsql;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has tests go on soon after what they wait for has come true. Awaitility by itself looks
 * for the first time after a tenth of a second, and every tenth of a second from then on,
 * which is most of the time of a test that waits for one thing after the other. What
 * takes long is looked at less often, since a look may cost a connection.
 */
public final class PromptWaits implements LauncherSessionListener {

	private static final int LONGEST_MILLIS = 50;

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		Awaitility.setDefaultPollDelay(Duration.ZERO);
		Awaitility.setDefaultPollInterval((count, previous) -> Duration.ofMillis(Math.min(5L * count, LONGEST_MILLIS)));
	}

}
