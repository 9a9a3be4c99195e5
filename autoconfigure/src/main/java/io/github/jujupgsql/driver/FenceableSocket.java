package io.github.jujupgsql.driver;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A socket that can be fenced without the other side noticing. Once {@link #fence()} has
 * returned, nothing that is sent gets to the server, and nothing that it has sent gets to
 * a reader. A thread that waits for it is woken, at once or, if the socket may block,
 * when it is {@link #release() released}. The server hears of the fence then, not before,
 * even if the driver or HikariCP closes the socket: ending sessions costs the server CPU,
 * and doing it later keeps that off the failover path.
 * <p>
 * {@link #fenced} and {@link #released} go from {@code false} to {@code true} once. A
 * thread that reads looks at {@link #fenced} after it has read, so what it returns has
 * been there before the fence.
 */
final class FenceableSocket extends DelegatingSocket {

	private static final Log logger = LogFactory.getLog(FenceableSocket.class);

	private static final String LEFT = "The relation has left the server";

	private final int hostTimeoutMillis;

	private final boolean mayBlock;

	private volatile boolean fenced;

	private volatile boolean released;

	/** How often the server has sent something. Written by the thread that reads. */
	private final AtomicLong heard = new AtomicLong();

	private FenceableSocket(Socket socket, int hostTimeoutMillis, boolean mayBlock) {
		super(socket);
		this.hostTimeoutMillis = hostTimeoutMillis;
		this.mayBlock = mayBlock;
	}

	/**
	 * Create a socket upon one of the JDK's.
	 * @param hostTimeoutMillis how long to wait at most for its host to answer, in
	 * milliseconds, or 0 for as long as the thread that connects it wants
	 */
	FenceableSocket(int hostTimeoutMillis) {
		this(new Socket(), hostTimeoutMillis, false);
	}

	/**
	 * Create a socket upon another one.
	 * @param socket what is to be fenced
	 * @param mayBlock whether shutting it down or closing it may keep a thread waiting
	 */
	FenceableSocket(Socket socket, boolean mayBlock) {
		this(socket, 0, mayBlock);
	}

	@Override
	public void connect(SocketAddress address) throws IOException {
		if (this.hostTimeoutMillis == 0) {
			super.connect(address);
			return;
		}
		connect(address, 0);
	}

	@Override
	public void connect(SocketAddress address, int timeout) throws IOException {
		if (this.hostTimeoutMillis == 0) {
			super.connect(address, timeout);
			return;
		}
		try {
			// 0 is no limit to the thread that connects, too
			super.connect(address, (timeout == 0) ? this.hostTimeoutMillis : Math.min(timeout, this.hostTimeoutMillis));
		}
		catch (SocketTimeoutException ex) {
			// after which the driver would try the same host again, without TLS
			throw (ConnectException) new ConnectException("The host does not answer").initCause(ex);
		}
	}

	/**
	 * Let nothing through any more. Does not block.
	 */
	void fence() {
		this.fenced = true;
		if (this.mayBlock) {
			return;
		}
		try {
			// the server is not told
			shutdownInput();
		}
		catch (IOException ex) {
			logger.trace("No thread can be waiting for its input", ex);
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
	 * Close it, now that nothing comes of it. If it is fenced, the server is to hear of
	 * it later.
	 */
	void releaseUnlessFenced() {
		if (!this.fenced) {
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
		if (!this.fenced || this.released) {
			super.close();
		}
	}

	/**
	 * Return how often the server has sent something.
	 * @return the number, which stays the same only if nothing comes
	 */
	long heard() {
		return this.heard.get();
	}

	/**
	 * Wait until the server sends anything, or does not keep the connection any more. Not
	 * for a socket on which the driver still reads.
	 * @throws IOException if the connection has broken
	 */
	void awaitAnything() throws IOException {
		setKeepAlive(true);
		setSoTimeout(0);
		int first = super.getInputStream().read();
		logger.trace("Waited until " + first);
	}

	private int received(int read) throws SocketException {
		if (this.fenced) {
			throw new SocketException(LEFT);
		}
		if (read >= 0) {
			// one thread at a time reads
			this.heard.lazySet(this.heard.get() + 1);
		}
		return read;
	}

	private void refuseIfFenced() throws NothingSentException {
		if (this.fenced) {
			throw new NothingSentException(LEFT);
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
				refuseIfFenced();
				this.out.write(b);
			}

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				refuseIfFenced();
				this.out.write(bytes, offset, length);
			}

		};
	}

}
