package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * How promotions are looked for that the relation does not know yet, while the primary is
 * in doubt.
 *
 * @param interval how often each other server is asked to begin with: a promotion takes
 * seconds, and writers wait for it
 * @param lasts for how long
 * @param rarely how often after that, for ever
 * @param wayBack how long no server may write that is on a lower timeline than the last
 * primary, unless the relation file changes: a higher one may come back
 * @since 0.1.0
 */
public record PromotionTimes(Duration interval, Duration lasts, Duration rarely, Duration wayBack) {

	/** The times that have proved good. */
	public static final PromotionTimes DEFAULT = new PromotionTimes(Duration.ofMillis(20), Duration.ofSeconds(60),
			Duration.ofSeconds(1), Duration.ofSeconds(60));

}
