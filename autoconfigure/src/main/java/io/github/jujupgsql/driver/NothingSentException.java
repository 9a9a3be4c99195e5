package io.github.jujupgsql.driver;

import java.net.SocketException;

/**
 * Something was to be sent to a server that has been fenced, and nothing of it was.
 *
 * @since 0.1.0
 */
public final class NothingSentException extends SocketException {

	private static final long serialVersionUID = 1L;

	NothingSentException(String message) {
		super(message);
	}

	/**
	 * Return whether the server has not been sent what an exception is about.
	 * @param fault what has been thrown
	 * @return whether this is its cause
	 */
	public static boolean isCauseOf(Throwable fault) {
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (cause instanceof NothingSentException) {
				return true;
			}
		}
		return false;
	}

}
