package io.github.jujupgsql.sample.live;

/**
 * A picture of something that changes. The feed tells it whenever it differs from the one
 * that was told before, as long as somebody listens.
 *
 * @since 0.1.0
 */
public interface LiveSource {

	/**
	 * Return by which name it is told.
	 * @return the name of the server-sent event
	 */
	String name();

	/**
	 * Return how things are now. Asked several times a second, and must not block.
	 * @return a value that JSON can express, and that can be compared
	 */
	Object current();

}
