package io.github.jujupgsql.role;

import java.time.Duration;

/**
 * How often names are tried only to see where they lead.
 *
 * @param ofMaster how often the master's, while it owes an answer: writers wait
 * @param ofSeveral how often one that has been seen to lead to several standbys, while
 * reads go there. Each time costs a login
 * @since 0.1.0
 */
public record NameTimes(Duration ofMaster, Duration ofSeveral) {

	/** The times that have proved good. */
	public static final NameTimes DEFAULT = new NameTimes(Duration.ofMillis(250), Duration.ofSeconds(2));

}
