package io.github.jujupgsql.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.Properties;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ServerSockets}.
 */
class ServerSocketsTests {

	private final ServerSockets sockets = new ServerSockets();

	@Test
	void whenAnAttemptFailsThenWhatItHasOpenedIsClosed() throws IOException {
		try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Socket[] opened = new Socket[1];
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> this.sockets.connect(new Properties(), (properties) -> {
					opened[0] = open(new FenceableSocketFactory(properties));
					connect(opened[0], listening);
					throw new SQLException("interrupted");
				}));
			assertThat(opened[0].isClosed()).isTrue();
		}
	}

	@Test
	void whatAnAttemptThatHasFailedOpensLaterIsClosed() throws IOException {
		FenceableSocketFactory[] factory = new FenceableSocketFactory[1];
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> this.sockets.connect(new Properties(), (properties) -> {
				factory[0] = new FenceableSocketFactory(properties);
				throw new SQLException("interrupted");
			}));
		assertThat(factory[0].createSocket().isClosed()).isTrue();
	}

	@Test
	void whatIsFencedIsClosedWhenItIsReleased() throws IOException, SQLException {
		try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Socket opened = this.sockets.connect(new Properties(), (properties) -> {
				Socket socket = open(new FenceableSocketFactory(properties));
				connect(socket, listening);
				return socket;
			});
			this.sockets.fence();
			opened.close();
			assertThat(opened.isClosed()).isFalse();
			this.sockets.release();
			assertThat(opened.isClosed()).isTrue();
		}
	}

	private static Socket open(FenceableSocketFactory factory) throws SQLException {
		try {
			return factory.createSocket();
		}
		catch (IOException ex) {
			throw new SQLException(ex);
		}
	}

	private static void connect(Socket socket, ServerSocket listening) throws SQLException {
		try {
			socket.connect(listening.getLocalSocketAddress());
		}
		catch (IOException ex) {
			throw new SQLException(ex);
		}
	}

}
