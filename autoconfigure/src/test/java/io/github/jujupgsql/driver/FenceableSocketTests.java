package io.github.jujupgsql.driver;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FenceableSocket}.
 */
class FenceableSocketTests {

	private final FenceableSocket socket = new FenceableSocket(new Socket(), false);

	@SuppressWarnings("NullAway.Init")
	private Socket server;

	@BeforeEach
	void connect() throws IOException {
		try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.socket.connect(listening.getLocalSocketAddress());
			this.server = listening.accept();
			this.socket.setSoTimeout(10_000);
		}
	}

	@AfterEach
	void close() throws IOException {
		this.socket.release();
		this.server.close();
	}

	@Test
	void untilThenBothSidesHearEachOther() throws IOException {
		this.socket.getOutputStream().write('a');
		assertThat(this.server.getInputStream().read()).isEqualTo('a');
		this.server.getOutputStream().write(new byte[] { 'b', 'c' });
		assertThat(this.socket.getInputStream().read()).isEqualTo('b');
		assertThat(this.socket.getInputStream().readNBytes(1)).containsExactly('c');
		this.socket.close();
		assertThat(this.socket.isClosed()).isTrue();
		assertThat(this.server.getInputStream().read()).as("the end").isEqualTo(-1);
	}

	@Test
	void whoWaitsForTheServerIsWoken() throws Exception {
		CompletableFuture<Thread> reader = new CompletableFuture<>();
		CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> {
			reader.complete(Thread.currentThread());
			try {
				return this.socket.getInputStream().read(new byte[1]);
			}
			catch (SocketException ex) {
				return -2;
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		});
		Thread waiting = reader.get(10, TimeUnit.SECONDS);
		await().until(() -> isReading(waiting));
		this.socket.fence();
		assertThat(read.get(10, TimeUnit.SECONDS)).as("refused").isEqualTo(-2);
	}

	private static boolean isReading(Thread thread) {
		StackTraceElement[] stack = thread.getStackTrace();
		return stack.length > 0 && stack[0].isNativeMethod() && stack[0].getClassName().startsWith("sun.nio.ch.");
	}

	@Test
	void whatTheServerHasSentGetsToNobody() throws IOException {
		InputStream input = this.socket.getInputStream();
		this.server.getOutputStream().write(new byte[] { 'a', 'b' });
		assertThat(input.read()).isEqualTo('a');
		this.socket.fence();
		assertThatExceptionOfType(SocketException.class).isThrownBy(input::read);
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> input.read(new byte[1]));
		assertThatExceptionOfType(SocketException.class).isThrownBy(this.socket::getInputStream);
	}

	@Test
	void theServerHearsNothingUntilItIsReleased() throws IOException {
		this.socket.fence();
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.socket.getOutputStream().write('a'));
		assertThatExceptionOfType(SocketException.class)
			.isThrownBy(() -> this.socket.getOutputStream().write(new byte[] { 'a', 'b' }));
		this.socket.close();
		this.server.setSoTimeout(100);
		assertThatExceptionOfType(SocketTimeoutException.class).as("neither a byte nor the end")
			.isThrownBy(() -> this.server.getInputStream().read());
		this.socket.release();
		this.server.setSoTimeout(10_000);
		assertThat(this.server.getInputStream().read()).as("the end").isEqualTo(-1);
	}

	@Test
	void oneThatIsConnectedLaterIsOfNoUse() throws IOException {
		try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				FenceableSocket late = new FenceableSocket(new Socket(), false)) {
			late.fence();
			late.connect(listening.getLocalSocketAddress());
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> late.getOutputStream().write('a'));
			late.release();
			assertThat(late.isClosed()).isTrue();
		}
	}

	@Test
	void everythingElseIsLeftToTheSocketBeneath() {
		Stream<Method> all = Stream.of(Socket.class.getMethods())
			.filter((method) -> method.getDeclaringClass() == Socket.class
					&& !Modifier.isStatic(method.getModifiers()));
		assertThat(all).isNotEmpty()
			.allSatisfy((method) -> assertThat(
					FenceableSocket.class.getMethod(method.getName(), method.getParameterTypes()).getDeclaringClass())
				.isNotEqualTo(Socket.class));
	}

	@Test
	void oneThatMayBlockIsFencedWithoutTouchingItAndClosedElsewhere() throws Exception {
		CompletableFuture<Thread> closedBy = new CompletableFuture<>();
		FenceableSocket slow = new FenceableSocket(new Socket() {

			@Override
			public void shutdownInput() {
				throw new AssertionError("touched");
			}

			@Override
			public void close() {
				closedBy.complete(Thread.currentThread());
			}

		}, true);
		slow.fence();
		slow.close();
		assertThat(closedBy).isNotDone();
		slow.release();
		assertThat(closedBy.get(10, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
	}

}
