package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * The times that the rules go by and that no property sets.
 *
 * @param loginExcuses how many times {@code sick-after} a server may go on to owe an
 * answer because it has begun to log a connection in: that may take long, but one that
 * hangs may have begun it as well
 * @param warmUp how long a pool with new credentials may take to get as many connections
 * as the former one has
 * @param failFastAfter how long a server goes on to refuse credentials before waiting for
 * it is of no use
 * @param activePollInterval how often replicas are looked at while reads go there
 * @param activeAfterRead how long after the last read they count as in use
 * @param questions how many times within {@code sick-after} an unresponsive replica may
 * be asked, and an idle one is looked at
 * @param promptPart within which part of {@code sick-after} an answer is to be expected;
 * other replicas are preferred to one that is later
 * @param fillDelay how long a new primary is left to the threads that wait for it before
 * its pool is filled
 * @param promotion how promotions are looked for that the relation does not know yet
 * @param names how often names are tried only to see where they lead
 * @since 0.1.0
 */
public record RoleTimes(int loginExcuses, Duration warmUp, Duration failFastAfter, Duration activePollInterval,
		Duration activeAfterRead, int questions, int promptPart, Duration fillDelay, PromotionTimes promotion,
		NameTimes names) {

	/** The times that have proved good. */
	public static final RoleTimes DEFAULT = new RoleTimes(2, Duration.ofSeconds(2), Duration.ofSeconds(2),
			Duration.ofMillis(25), Duration.ofSeconds(2), 4, 10, Duration.ofMillis(100), PromotionTimes.DEFAULT,
			NameTimes.DEFAULT);

}
