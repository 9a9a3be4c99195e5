package io.github.jujupgsql.campaign;

import java.sql.SQLException;

import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of a {@link Load} did with one connection. Times are of
 * {@link System#nanoTime()}.
 *
 * @param kind what it was
 * @param began before a connection was asked for
 * @param borrowed when it was there
 * @param ended when it was given back
 * @param backend where it led, unless there was none
 * @param failure what went wrong, if something did
 */
record Operation(Kind kind, long began, long borrowed, long ended, @Nullable Backend backend,
		@Nullable SQLException failure) {

	enum Kind {

		WRITE, READ_OF_PRIMARY, READ_OF_REPLICA

	}

	boolean failed() {
		return this.failure != null;
	}

	boolean wasOn(PgsqlServer server) {
		return this.backend != null && this.backend.isOn(server);
	}

	boolean isWrite() {
		return this.kind == Kind.WRITE;
	}

	/**
	 * Tells it with times before and after a moment.
	 */
	String relativeTo(long moment) {
		return this.kind + " on " + this.backend + ", began " + micros(this.began - moment) + ", borrowed "
				+ ((this.backend != null) ? micros(this.borrowed - moment) : "never") + ", ended "
				+ micros(this.ended - moment) + ((this.failure != null) ? ": " + this.failure : "");
	}

	private static String micros(long nanos) {
		return nanos / 1000 + " us";
	}

}
