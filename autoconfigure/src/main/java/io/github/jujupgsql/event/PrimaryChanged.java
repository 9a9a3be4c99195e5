package io.github.jujupgsql.event;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Another server is the primary, or there is none any more. To be listened to:
 *
 * <pre class="code">
 * &#064;EventListener
 * void primaryChanged(PrimaryChanged event) {
 *     …
 * }
 * </pre>
 * <p>
 * A {@link PgsqlRelationEvent} says what has become of the relation; this says which
 * server writes go to, which may be known earlier or later. Told on the same thread,
 * after the DataSources lend from the new primary. A master that the relation replaces is
 * told once, when its successor is the primary; new credentials of the same server are
 * not told. Where the same name leads to another server than before, both are told with
 * their own addresses. What is there when the application starts is told once it is
 * ready.
 *
 * @param previous where the primary was that was told before, or {@code null} if there
 * was none
 * @param primary where the primary is, or {@code null} if there is none
 * @param cause what has led to it
 * @param waiting how many threads waited for a server when the roles took effect, or for
 * a connection to the former primary when that was cut off
 * @param cutOff how many connections to the former primary were cut off since the last
 * such event
 * @param took how long after its cause it took effect
 * @since 0.1.0
 */
public record PrimaryChanged(@Nullable String previous, @Nullable String primary, Cause cause, int waiting, int cutOff,
		Duration took) {

	/**
	 * Return the same as the first thing that is told.
	 */
	PrimaryChanged asFirst() {
		return new PrimaryChanged(null, this.primary, this.cause, this.waiting, this.cutOff, this.took);
	}

	/**
	 * What leads to a change of the primary.
	 */
	public enum Cause {

		/** The relation says so. */
		RELATION,

		/** A server has been promoted, and is followed before the relation says so. */
		PROMOTION,

		/** The primary turned out to be in recovery. */
		DEMOTION,

		/** The primary has not answered for too long, and has been given up. */
		SILENCE

	}

}
