package io.github.jujupgsql.campaign;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.jujupgsql.test.PgsqlServer;
import org.jspecify.annotations.Nullable;

/**
 * Forwards connections to a server. Can hold those that are being opened at the last
 * moment: the server has let the client in, and the client does not know it yet.
 */
final class Forwarder implements AutoCloseable {

	private volatile PgsqlServer server;

	private final ServerSocket listening;

	private volatile @Nullable Hold hold;

	/**
	 * Starts to forward.
	 * @param server where to
	 */
	Forwarder(PgsqlServer server) throws IOException {
		this.server = server;
		this.listening = new ServerSocket(0, 50, InetAddress.getByName(server.host()));
		start(this::accept);
	}

	int port() {
		return this.listening.getLocalPort();
	}

	String address() {
		return this.server.host() + ":" + port();
	}

	PgsqlServer server() {
		return this.server;
	}

	/**
	 * Leads elsewhere from now on, but not what is open.
	 * @param other where to
	 */
	void redirect(PgsqlServer other) {
		this.server = other;
	}

	/**
	 * Holds the connections that are opened from now on.
	 * @return those
	 */
	Hold hold() {
		Hold next = new Hold();
		this.hold = next;
		return next;
	}

	/**
	 * Holds no other connections than it does already.
	 */
	void pass() {
		this.hold = null;
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listening.accept();
			Hold current = this.hold;
			start(() -> forward(client, current));
		}
	}

	private void forward(Socket client, @Nullable Hold current) throws IOException {
		PgsqlServer target = this.server;
		try (client; Socket upstream = new Socket(target.host(), target.port())) {
			client.setTcpNoDelay(true);
			upstream.setTcpNoDelay(true);
			start(() -> {
				try (upstream) {
					client.getInputStream().transferTo(upstream.getOutputStream());
				}
			});
			if (current != null) {
				forwardWhatComesBeforeReady(client, upstream, current);
			}
			upstream.getInputStream().transferTo(client.getOutputStream());
		}
	}

	/**
	 * Every message of a server is a type, a length that counts itself, and a body, as
	 * long as the client does not ask for TLS.
	 */
	private static void forwardWhatComesBeforeReady(Socket client, Socket upstream, Hold current) throws IOException {
		DataInputStream in = new DataInputStream(upstream.getInputStream());
		DataOutputStream out = new DataOutputStream(client.getOutputStream());
		while (true) {
			int type = in.readByte();
			int length = in.readInt();
			byte[] body = in.readNBytes(length - Integer.BYTES);
			if (type == 'Z') {
				current.await();
			}
			out.writeByte(type);
			out.writeInt(length);
			out.write(body);
			out.flush();
			if (type == 'Z' || type == 'E') {
				return;
			}
		}
	}

	private static void start(Forwarding forwarding) {
		Thread thread = new Thread(() -> {
			try {
				forwarding.run();
			}
			catch (IOException ex) {
				// one of the two ends has gone
			}
		}, "forwarder");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
	}

	/**
	 * Connections that are being opened.
	 */
	static final class Hold {

		private final CountDownLatch released = new CountDownLatch(1);

		private final AtomicInteger held = new AtomicInteger();

		int held() {
			return this.held.get();
		}

		/**
		 * Lets the server's last word through to those who wait for it.
		 */
		void release() {
			this.released.countDown();
		}

		private void await() {
			this.held.incrementAndGet();
			try {
				this.released.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	/**
	 * What a thread does until an end of the connection has gone.
	 */
	private interface Forwarding {

		void run() throws IOException;

	}

}
