package io.github.jujupgsql.pool;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;

import io.github.jujupgsql.relation.HostTimeoutSocket;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A socket that can be cut without the other side noticing. Once {@link #cut()} has
 * returned, nothing that is sent gets to the server, nothing that it has sent gets to
 * anybody, and whoever waits for it is woken. The server hears of it when the socket is
 * {@link #release() released}, not before, whoever closes it: a server on the same
 * machine or one that is short of processors is kept busy by sessions that end, just when
 * there is something better to do.
 * <p>
 * {@link #cut} and {@link #released} go from {@code false} to {@code true} once. Whoever
 * reads looks at {@link #cut} after it has read, so what it returns has been there before
 * the cut.
 */
final class CuttableSocket extends HostTimeoutSocket {

	private static final Log logger = LogFactory.getLog(CuttableSocket.class);

	private volatile boolean cut;

	private volatile boolean released;

	/** Whether the server has sent anything. Written by the thread that reads. */
	private volatile boolean heard;

	CuttableSocket(int hostTimeoutMillis) {
		super(hostTimeoutMillis);
	}

	void cut() {
		this.cut = true;
		try {
			// the server is not told
			shutdownInput();
		}
		catch (IOException ex) {
			logger.trace("Nobody can be waiting for its input", ex);
		}
	}

	/**
	 * Close it, now that it does not matter any more how much the server has to do.
	 */
	void release() {
		this.released = true;
		try {
			super.close();
		}
		catch (IOException ex) {
			logger.debug("Cannot close a socket", ex);
		}
	}

	@Override
	public void close() throws IOException {
		if (!this.cut || this.released) {
			super.close();
		}
	}

	boolean hasHeard() {
		return this.heard;
	}

	private int received(int read) throws SocketException {
		refuseIfCut();
		if (read >= 0 && !this.heard) {
			this.heard = true;
		}
		return read;
	}

	private void refuseIfCut() throws SocketException {
		if (this.cut) {
			throw new SocketException("The relation has left the server");
		}
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new FilterInputStream(super.getInputStream()) {

			@Override
			public int read() throws IOException {
				return received(super.read());
			}

			@Override
			public int read(byte[] bytes, int offset, int length) throws IOException {
				return received(super.read(bytes, offset, length));
			}

		};
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new FilterOutputStream(super.getOutputStream()) {

			@Override
			public void write(int b) throws IOException {
				refuseIfCut();
				this.out.write(b);
			}

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				refuseIfCut();
				this.out.write(bytes, offset, length);
			}

		};
	}

}
