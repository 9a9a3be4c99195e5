package io.github.jujupgsql.watch;

import java.time.Duration;
import java.util.List;

/**
 * What follows from an {@link Observation}.
 *
 * @param next what is known of the file then
 * @param effects what to do once the relation has been handed over, in this order
 * @param pause how long to wait for an event before the file is read again
 */
record WatchStep(WatchState next, List<WatchEffect> effects, Duration pause) {

	WatchStep {
		effects = List.copyOf(effects);
	}

}
