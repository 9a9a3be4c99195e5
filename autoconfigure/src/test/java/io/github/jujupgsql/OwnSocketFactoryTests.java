package io.github.jujupgsql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.SocketFactory;

import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static io.github.jujupgsql.standin.StandInApplication.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of the connections of an application that has a socket factory of its own,
 * whose sockets take their time to close.
 */
class OwnSocketFactoryTests {

	private static final int MANY = 8;

	@AutoClose
	private final StandInServer old = StandInServer.master();

	@AutoClose
	private final StandInServer next = StandInServer.master();

	@AutoClose
	private final StandInApplication application = StandInApplication.with().primarySize(MANY, 0).hikari((config) -> {
		config.setMaximumPoolSize(1);
		config.addDataSourceProperty("socketFactory", SlowClosing.class.getName());
		config.addDataSourceProperty("socketFactoryArg", "notes");
	}).start();

	@BeforeEach
	void relate() {
		SlowClosing.closable = new CountDownLatch(1);
		this.application.relate(this.old);
		this.application.awaitPrimary(this.old);
	}

	@AfterEach
	void letThemClose() {
		SlowClosing.closable.countDown();
	}

	@Test
	void theFactoryMakesTheSocketsAndGetsItsArgument() throws SQLException {
		assertThat(SlowClosing.argument).isEqualTo("notes");
		int before = SlowClosing.sockets.get();
		try (Connection one = this.application.primary().getConnection();
				Connection other = this.application.primary().getConnection()) {
			assertThat(ask(one, "SELECT 1")).isEqualTo(ask(other, "SELECT 1"));
		}
		assertThat(SlowClosing.sockets).hasValue(before + 1);
	}

	@Test
	void whileTheSocketsToTheOldPrimaryCloseTheNewOneServes() throws SQLException {
		try (Connection connection = this.application.primary().getConnection()) {
			connection.setAutoCommit(false);
			execute(connection, "INSERT INTO notes VALUES (1)");
			this.application.relate(this.next);
			this.application.awaitPrimary(this.next);
			assertThat(ask(this.application.primary(), "SELECT 1")).isEqualTo("1");
			assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
		}
		assertThat(this.old.statements()).extracting(StandInServer.Statement::sql).doesNotContain("COMMIT");
		assertTheOldServerHearsOfIt();
	}

	@Test
	void whenThereAreMoreConnectionsThanTheConfigurationSaysThenTheNewPrimaryServesWhileTheyClose()
			throws SQLException {
		List<Connection> idle = new ArrayList<>();
		for (int i = 0; i < MANY; i++) {
			idle.add(this.application.primary().getConnection());
		}
		for (Connection connection : idle) {
			connection.close();
		}
		this.application.relate(this.next);
		this.application.awaitPrimary(this.next);
		assertThat(ask(this.application.primary(), "SELECT 1")).isEqualTo("1");
		assertTheOldServerHearsOfIt();
	}

	@Test
	void whatTheOldPrimaryAnswersAfterTheSwitchGetsToNobody() throws Exception {
		Connection connection = this.application.primary().getConnection();
		connection.setAutoCommit(false);
		execute(connection, "INSERT INTO notes VALUES (1)");
		this.old.freeze();
		CompletableFuture<Throwable> committing = async(() -> catchThrowable(connection::commit));
		await().until(() -> this.old.statements().stream().anyMatch((statement) -> statement.sql().equals("COMMIT")));
		this.application.relate(this.next);
		this.application.awaitPrimary(this.next);
		this.old.thaw();
		assertThat(committing.get(10, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
		assertTheOldServerHearsOfIt();
	}

	private void assertTheOldServerHearsOfIt() {
		SlowClosing.closable.countDown();
		await().until(() -> this.old.sessions() == 0);
	}

	/**
	 * What an application may have set for all its connections.
	 */
	public static final class SlowClosing extends SocketFactory {

		private static final AtomicInteger sockets = new AtomicInteger();

		private static volatile CountDownLatch closable = new CountDownLatch(1);

		private static volatile String argument = "";

		/**
		 * Create the factory, as the driver does.
		 * @param argument the driver's property {@code socketFactoryArg}
		 */
		public SlowClosing(String argument) {
			SlowClosing.argument = argument;
		}

		@Override
		public Socket createSocket() {
			sockets.incrementAndGet();
			CountDownLatch closable = SlowClosing.closable;
			return new Socket() {

				@Override
				public void close() throws IOException {
					try {
						closable.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					super.close();
				}

			};
		}

		@Override
		public Socket createSocket(String host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
			throw new UnsupportedOperationException();
		}

	}

}
