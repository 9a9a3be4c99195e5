package io.github.jujupgsql.campaign;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Relays connections from one address to another, and both their ends. Can be a process
 * of its own, in another network namespace, and so needs nothing but the JDK.
 */
final class Relay implements Closeable {

	private static final int BUFFER = 1 << 16;

	private final ServerSocketChannel listening;

	private final SocketAddress target;

	private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

	/**
	 * Starts to relay.
	 * @param address where to listen
	 * @param target where to
	 */
	Relay(InetSocketAddress address, InetSocketAddress target) throws IOException {
		this.target = target;
		this.listening = ServerSocketChannel.open().bind(address);
		start(this::accept);
	}

	/**
	 * Relays until the standard input ends, which it does with the process that has
	 * started this one. That says first, in one line, on which port to listen, and the
	 * host and the port to relay to; the answer is a line as well.
	 */
	public static void main(String[] arguments) throws IOException {
		BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		String[] words = told.readLine().split(" ");
		try (Relay relay = new Relay(new InetSocketAddress(Integer.parseInt(words[0])),
				new InetSocketAddress(words[1], Integer.parseInt(words[2])))) {
			System.out.println("Listening on " + relay.port());
			while (told.readLine() != null) {
				// nothing else is said
			}
		}
	}

	int port() throws IOException {
		return ((InetSocketAddress) this.listening.getLocalAddress()).getPort();
	}

	private void accept() throws IOException {
		while (true) {
			SocketChannel client = this.listening.accept();
			start(() -> relay(client));
		}
	}

	private void relay(SocketChannel client) throws IOException {
		this.open.add(client);
		try (client; SocketChannel upstream = SocketChannel.open(this.target)) {
			client.setOption(StandardSocketOptions.TCP_NODELAY, true);
			upstream.setOption(StandardSocketOptions.TCP_NODELAY, true);
			Thread there = start(() -> copy(client, upstream));
			copy(upstream, client);
			there.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.open.remove(client);
		}
	}

	/**
	 * That one side says no more goes on to the other one. What has broken ends both.
	 */
	private static void copy(SocketChannel from, SocketChannel to) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
		try {
			while (from.read(buffer) >= 0) {
				buffer.flip();
				while (buffer.hasRemaining()) {
					to.write(buffer);
				}
				buffer.clear();
			}
			to.shutdownOutput();
		}
		catch (IOException ex) {
			from.close();
			to.close();
		}
	}

	private static Thread start(Relaying relaying) {
		Thread thread = new Thread(() -> {
			try {
				relaying.run();
			}
			catch (IOException ex) {
				// one of the two ends has gone
			}
		}, "relay");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
		for (SocketChannel client : this.open) {
			client.close();
		}
	}

	/**
	 * What a thread does until an end of the connection has gone.
	 */
	private interface Relaying {

		void run() throws IOException;

	}

}
