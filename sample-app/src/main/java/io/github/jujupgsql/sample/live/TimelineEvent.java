package io.github.jujupgsql.sample.live;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened and belongs on the page's timeline. Published as an application
 * event.
 *
 * @param at when, in milliseconds of the epoch
 * @param source who did or said it
 * @param opens whether others follow from it: the page counts their milliseconds from
 * here
 * @param text what happened, as a sentence without a full stop
 * @param detail what else is known of it, or {@code null}
 * @since 0.1.0
 */
public record TimelineEvent(long at, Source source, boolean opens, String text, @Nullable String detail) {

	/**
	 * Something that happens now and follows from what went before.
	 * @param source who did or said it
	 * @param text what happened
	 * @param detail what else is known of it, or {@code null}
	 * @return the event
	 */
	public static TimelineEvent now(Source source, String text, @Nullable String detail) {
		return new TimelineEvent(System.currentTimeMillis(), source, false, text, detail);
	}

	/**
	 * Who did or said something.
	 */
	public enum Source {

		/** What was done to the servers. */
		SERVERS,

		/** What the relation file says. */
		FILE,

		/** What the starter does. */
		STARTER,

		/** What clients of the service see. */
		SERVICE

	}

}
