package io.github.jujupgsql.pool;

import java.time.Duration;

import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.role.RoleTimes;

/**
 * The times that pools go by and that no property sets. How soon something is tried again
 * is in {@link RetryBackoff}.
 *
 * @param answerTimeout how long a server may take to answer where no pool says it: as
 * long as HikariCP's validation timeout is by default
 * @param idleBorrow how long a question to a server waits for a connection that is idle.
 * Short, because another thread may have taken it and a new one can be opened instead
 * @param sessionBeginning how long what one session began with is taken to hold for
 * others. Not for ever, because the default of a database can be altered at any time
 * @param primarySuspicion how often, at the most, what is seen on its connections has the
 * primary asked for its role. Many writes are refused at the same time, and the relation
 * file is read each time as well
 * @param replicaSuspicion how often, at the most, the same has a replica asked. Shorter,
 * because reads can go elsewhere as soon as it is known to have gone
 * @param faultLog how long the log says no more of connections that break. Long, because
 * all those of a server break together
 * @param fillInterval how often connections are opened for threads that wait. HikariCP
 * looks by itself every 30 seconds, which is too late for who waits
 * @param lagInterval how often the lag of standbys is measured, if there is a limit to
 * it. Each time costs a query on each server
 * @param pauseTimeout how long a pause waits for what is not in use to be closed. It must
 * not hold a checkpoint up for ever
 * @param pausePoll how often it looks whether that is done
 * @param closeTimeout how long each step to the end of all pools may take: longer than
 * the ten seconds for which HikariCP waits for threads of its own
 * @param fencedGrace how long what has been cut off is left before it is closed, so that
 * the threads that had it can go on elsewhere first
 * @param sendAwayTimeout how long the threads that wait in a pool are sent away. They go
 * one after the other, but one that never comes for its connection must not keep the pool
 * @param sendAwayPoll how often it is seen to that they go. Short, because borrowers wait
 * meanwhile
 * @param evictionGrace how long a thread of HikariCP that has just closed an evicted
 * connection has for what it does next: closing the pool keeps it from that, and waits
 * ten seconds for it
 * @param returnTimeout how long a pool that is about to be closed waits for connections
 * to come back. They are aborted and come soon; one that is not let go must not keep the
 * pool
 * @param returnPoll how often connections that come back are looked for. Longer, because
 * no borrower waits for that
 * @param shortLogin how long logging in may take where a name leads to several servers:
 * one of them may hang, and the next attempt leads to another
 * @param dials how many times in a row a name is tried that leads to other servers than
 * the one that is wanted
 * @param watchDelay how long a new primary is left to the threads that wait for it before
 * a connection to it is opened that is only watched
 * @param rehearsalDelay how long after the start a switch is rehearsed: the start itself
 * needs the processors more
 * @param roles the times that the rules go by
 * @since 0.1.0
 */
public record PoolTimes(Duration answerTimeout, Duration idleBorrow, Duration sessionBeginning,
		Duration primarySuspicion, Duration replicaSuspicion, Duration faultLog, Duration fillInterval,
		Duration lagInterval, Duration pauseTimeout, Duration pausePoll, Duration closeTimeout, Duration fencedGrace,
		Duration sendAwayTimeout, Duration sendAwayPoll, Duration evictionGrace, Duration returnTimeout,
		Duration returnPoll, Duration shortLogin, int dials, Duration watchDelay, Duration rehearsalDelay,
		RoleTimes roles) {

	/** The times that have proved good. */
	public static final PoolTimes DEFAULT = new PoolTimes(Duration.ofSeconds(5), // answerTimeout
			Duration.ofMillis(100), // idleBorrow
			Duration.ofSeconds(10), // sessionBeginning
			Duration.ofSeconds(1), // primarySuspicion
			Duration.ofMillis(100), // replicaSuspicion
			Duration.ofSeconds(10), // faultLog
			Duration.ofMillis(100), // fillInterval
			Duration.ofSeconds(1), // lagInterval
			Duration.ofSeconds(5), // pauseTimeout
			Duration.ofMillis(10), // pausePoll
			Duration.ofSeconds(15), // closeTimeout
			Duration.ofMillis(100), // fencedGrace
			Duration.ofSeconds(5), // sendAwayTimeout
			Duration.ofMillis(1), // sendAwayPoll
			Duration.ofMillis(100), // evictionGrace
			Duration.ofMillis(500), // returnTimeout
			Duration.ofMillis(20), // returnPoll
			Duration.ofSeconds(1), // shortLogin
			8, // dials
			Duration.ofMillis(100), // watchDelay
			Duration.ofSeconds(1), // rehearsalDelay
			RoleTimes.DEFAULT);

}
