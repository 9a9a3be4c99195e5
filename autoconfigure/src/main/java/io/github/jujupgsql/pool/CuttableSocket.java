package io.github.jujupgsql.pool;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A socket that can be cut without the other side noticing. Once {@link #cut()} has
 * returned, nothing that is sent gets to the server, and nothing that it has sent gets to
 * a reader. A thread that waits for it is woken, at once or, if the socket may block,
 * when it is {@link #release() released}. The server hears of the cut then, not before,
 * even if the driver or HikariCP closes the socket: ending sessions costs the server CPU,
 * and doing it later keeps that off the failover path.
 * <p>
 * {@link #cut} and {@link #released} go from {@code false} to {@code true} once. Whoever
 * reads looks at {@link #cut} after it has read, so what it returns has been there before
 * the cut.
 */
final class CuttableSocket extends DelegatingSocket {

	private static final Log logger = LogFactory.getLog(CuttableSocket.class);

	private final boolean mayBlock;

	private volatile boolean cut;

	private volatile boolean released;

	/** Whether the server has sent anything. Written by the thread that reads. */
	private volatile boolean heard;

	/**
	 * Create a socket.
	 * @param socket what is to be cut
	 * @param mayBlock whether shutting it down or closing it may keep a thread waiting
	 */
	CuttableSocket(Socket socket, boolean mayBlock) {
		super(socket);
		this.mayBlock = mayBlock;
	}

	/**
	 * Let nothing through any more. Does not block.
	 */
	void cut() {
		this.cut = true;
		if (this.mayBlock) {
			return;
		}
		try {
			// the server is not told
			shutdownInput();
		}
		catch (IOException ex) {
			logger.trace("Nobody can be waiting for its input", ex);
		}
	}

	/**
	 * Close it, now that it does not matter any more how much the server has to do. One
	 * that may block is closed by a thread of its own, so that others need not wait.
	 */
	void release() {
		this.released = true;
		if (this.mayBlock) {
			Thread closing = new Thread(this::closeQuietly, "pgsql-socket-closer");
			closing.setDaemon(true);
			closing.start();
		}
		else {
			closeQuietly();
		}
	}

	/**
	 * Close it, now that nothing comes of it. If it is cut, the server is to hear of it
	 * later.
	 */
	void releaseUnlessCut() {
		if (!this.cut) {
			release();
		}
	}

	private void closeQuietly() {
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
