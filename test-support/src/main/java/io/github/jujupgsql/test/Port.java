package io.github.jujupgsql.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

import org.jspecify.annotations.Nullable;

/**
 * A server's port on the loopback interface. While the server is down, a bound socket
 * that does not listen keeps the port: whoever connects is refused, and neither another
 * program nor the local end of somebody's connection can take it. Not safe for use by
 * several threads.
 */
final class Port {

	private int number;

	private @Nullable Socket keeper;

	private Port() {
	}

	/**
	 * Choose a free port.
	 * @return the port, kept
	 */
	static Port choose() {
		Port port = new Port();
		port.change();
		return port;
	}

	/**
	 * Choose another one.
	 */
	void change() {
		release();
		try {
			this.keeper = bind(0);
			this.number = this.keeper.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No free port on the loopback interface", ex);
		}
	}

	int number() {
		return this.number;
	}

	/**
	 * Keep the port while the server is down, if possible: if not, the next start meets
	 * whoever has it, and waits.
	 */
	void keep() {
		if (this.keeper == null) {
			try {
				this.keeper = bind(this.number);
			}
			catch (IOException ex) {
				this.keeper = null;
			}
		}
	}

	/**
	 * Let go of it, for the server or for good.
	 */
	void release() {
		Socket socket = this.keeper;
		this.keeper = null;
		if (socket != null) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private static Socket bind(int number) throws IOException {
		Socket socket = new Socket();
		try {
			// connections to the server that was here may linger
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(InetAddress.getByName(PgsqlServer.HOST), number));
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

}
