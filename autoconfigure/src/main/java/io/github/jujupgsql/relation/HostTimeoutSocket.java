package io.github.jujupgsql.relation;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;

/**
 * A socket that waits for no host longer than for another.
 *
 * @since 0.1.0
 */
public class HostTimeoutSocket extends Socket {

	private final int millis;

	/**
	 * Create a socket that is not connected yet.
	 * @param millis how long to wait at most for its host to answer, in milliseconds, or
	 * 0 for as long as whoever connects it wants
	 */
	public HostTimeoutSocket(int millis) {
		this.millis = millis;
	}

	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		if (this.millis == 0) {
			super.connect(endpoint, timeout);
			return;
		}
		try {
			// 0 is no limit to whoever connects, too
			super.connect(endpoint, (timeout == 0 || timeout > this.millis) ? this.millis : timeout);
		}
		catch (SocketTimeoutException ex) {
			// after which the driver would try the same host again, without TLS
			throw (ConnectException) new ConnectException("The host does not answer").initCause(ex);
		}
	}

}
