package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.jujupgsql.actuate.PgsqlEndpoint.PgsqlDescriptor;
import io.github.jujupgsql.test.PgsqlServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import static io.github.jujupgsql.Sql.addresses;
import static io.github.jujupgsql.Sql.ask;
import static io.github.jujupgsql.Sql.execute;
import static io.github.jujupgsql.Sql.serverOf;
import static io.github.jujupgsql.Sql.sessions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What a context leaves open while it is stopped, as before a checkpoint of the virtual
 * machine or while another test's context is in use, and after it is closed.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoppedContextTests extends AbstractClusterTests {

	private static final String WATCHER = "pgsql-relation-watcher";

	private long inotifyInstances;

	@BeforeEach
	void countWatches() throws IOException {
		this.inotifyInstances = inotifyInstances();
	}

	@AfterEach
	void nothingIsLeft() {
		expectNoThread();
		await().untilAsserted(() -> assertThat(inotifyInstances()).isLessThanOrEqualTo(this.inotifyInstances));
	}

	@ParameterizedTest
	@EnumSource
	void whileStoppedNothingIsOpenAndAfterwardsTheFileIsFollowedAgain(Way way, CapturedOutput output) throws Exception {
		// Spring Boot's own lifecycle of a pool takes one that is open when it is created
		try (FollowingApplication application = follow(
				(starter) -> starter.beans((context) -> context.registerBean(EarlyWorker.class)))) {
			assertThat(application.context().getBeansOfType(HikariCheckpointRestoreLifecycle.class)).hasSize(1);
			for (int round = 0; round < 2; round++) {
				PgsqlServer former = cluster.master();
				awaitConnections(application);
				way.stop(application);
				expectNothingOpen(application);
				PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
				relation.write();
				expectNoSession();
				way.start(application);
				assertThat(serverOf(application.primary())).isEqualTo(promoted.address());
				cluster.rejoin(former);
				relation.write();
				awaitConnections(application);
				assertThat(threads()).containsOnlyOnce(WATCHER);
			}
		}
		assertThat(output).doesNotContain("allow pool suspension");
	}

	@Test
	void whenStoppedWhileConnectionsAreBeingOpenedThenNoneIsLeft() throws Exception {
		try (FollowingApplication application = follow()) {
			for (int round = 0; round < 6; round++) {
				Way.STOP.stop(application);
				expectNothingOpen(application);
				expectNoSession();
				Way.STOP.start(application);
			}
			awaitConnections(application);
		}
	}

	@Test
	void whoBorrowsWhileStoppedGetsAConnectionThatIsNotKept() throws Exception {
		try (FollowingApplication application = follow()) {
			awaitConnections(application);
			try (Connection inUse = application.primary().getConnection()) {
				String backend = ask(inUse, "SELECT pg_backend_pid()");
				Way.STOP.stop(application);
				assertThat(ask(inUse, "SELECT pg_backend_pid()")).as("work in flight goes on").isEqualTo(backend);
				assertThat(serverOf(application.primary())).isEqualTo(cluster.master().address());
				assertThat(addresses(cluster.standbys())).contains(serverOf(application.replica()));
			}
			expectNoSession();
		}
	}

	@Test
	void whenServersAreGoneBeforeAStopThenNobodyGoesOnAskingForThem() throws Exception {
		PgsqlServer master = cluster.master();
		PgsqlServer standby = cluster.standbys().get(0);
		standby.crash();
		try (FollowingApplication application = follow(
				(starter) -> starter.properties("spring.datasource.hikari.connection-timeout=500"))) {
			await().until(() -> application.endpoint().replicas().size() == 1);
			master.crash();
			assertThat(catchThrowable(() -> serverOf(application.primary()))).isNotNull();
			Way.STOP.stop(application);
			await().until(() -> Thread.getAllStackTraces()
				.values()
				.stream()
				.flatMap(Stream::of)
				.noneMatch((call) -> call.getClassName().endsWith(".PoolSource")
						|| call.getClassName().endsWith(".ServerConnections")));
			master.start();
			standby.start();
			// longer than it takes until a standby is asked again
			await().during(Duration.ofMillis(1500)).until(() -> application.endpoint().replicas().size() == 1);
			expectNoSession();
			Way.STOP.start(application);
			awaitConnections(application);
		}
	}

	@Test
	void aStandbyThatLaggedBehindBeforeAStopIsTakenBackAfterIt() throws Exception {
		try (FollowingApplication application = follow(
				(starter) -> starter.properties("juju.pgsql.replica.maximum-lag=500ms"))) {
			awaitConnections(application);
			PgsqlServer late = cluster.standbys().get(0);
			late.pauseReplay();
			try {
				execute(application.primary(), "CREATE TABLE late (i int)");
				await().untilAsserted(() -> assertThat(application.endpoint().replicas()).hasSize(1));
				Way.STOP.stop(application);
				expectNothingOpen(application);
				Way.STOP.start(application);
			}
			finally {
				late.resumeReplay();
			}
			awaitConnections(application);
		}
	}

	@Test
	void aStoppedContextCanBeClosedAndTellsNothingMore(CapturedOutput output) throws Exception {
		try (FollowingApplication application = follow()) {
			awaitConnections(application);
			Way.STOP.stop(application);
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN") || line.contains("ERROR"))).isEmpty();
	}

	@Test
	void whatIsDestroyedWithTheContextCanStillBorrow(CapturedOutput output) throws Exception {
		try (FollowingApplication application = follow(
				(starter) -> starter.beans((context) -> context.registerBean(LateWorker.class)))) {
			awaitConnections(application);
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN") || line.contains("ERROR"))).isEmpty();
		String master = cluster.master().address();
		assertThat(output).contains("stopped, with " + master).contains("destroyed, with " + master);
	}

	@Test
	void whenContextsFollowOneAnotherInOneMachineThenThereIsOneWatcher() {
		for (int i = 0; i < 5; i++) {
			try (FollowingApplication application = follow()) {
				awaitConnections(application);
				assertThat(threads()).containsOnlyOnce(WATCHER).containsOnlyOnce("pgsql-roles");
			}
			assertThat(threads()).doesNotContain(WATCHER);
			expectNoThread();
			expectNoSession();
		}
	}

	private static FollowingApplication follow() {
		return follow((starter) -> starter);
	}

	private static FollowingApplication follow(UnaryOperator<ApplicationStarter> setUp) {
		FollowingApplication application = setUp
			.apply(FollowingApplication.of(relation)
				.properties("spring.datasource.hikari.minimum-idle=2", "juju.pgsql.replica.minimum-idle=2"))
			.start();
		application.awaitPrimary(cluster.master());
		return application;
	}

	private static void awaitConnections(FollowingApplication application) {
		application.awaitPrimary(cluster.master());
		application.awaitReplicas(cluster.standbys());
		await().untilAsserted(() -> {
			assertThat(application.endpoint().primary()).isNotNull().matches((pool) -> pool.idle() >= 2);
			assertThat(application.endpoint().replicas()).allMatch((pool) -> pool.idle() >= 2);
		});
	}

	private void expectNothingOpen(FollowingApplication application) throws IOException {
		assertThat(threads()).doesNotContain(WATCHER);
		assertThat(inotifyInstances()).isLessThanOrEqualTo(this.inotifyInstances);
		PgsqlDescriptor pools = application.endpoint();
		assertThat(pools.replicas()).allMatch((pool) -> pool.idle() + pool.active() == 0);
		if (pools.primary() != null) {
			assertThat(pools.primary()).matches((pool) -> pool.idle() + pool.active() == 0);
		}
	}

	private static void expectNoSession() {
		// one that was being opened may still be on its way
		await().during(Duration.ofMillis(100)).untilAsserted(() -> {
			for (PgsqlServer server : cluster.servers()) {
				assertThat(sessions(server)).as("sessions on %s", server).isZero();
			}
		});
	}

	private static void expectNoThread() {
		// a thread that has done its work may take a moment to end
		await().untilAsserted(() -> assertThat(threads()).noneMatch((name) -> name.startsWith("pgsql-")));
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
	}

	private static long inotifyInstances() throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.filter((descriptor) -> {
				try {
					return Files.readSymbolicLink(descriptor).toString().contains("inotify");
				}
				catch (IOException ex) {
					return false;
				}
			}).count();
		}
	}

	/**
	 * How a context is stopped and started again.
	 */
	enum Way {

		STOP(ConfigurableApplicationContext::stop, ConfigurableApplicationContext::start),

		PAUSE(ConfigurableApplicationContext::pause, ConfigurableApplicationContext::restart);

		private final Consumer<ConfigurableApplicationContext> stop;

		private final Consumer<ConfigurableApplicationContext> start;

		Way(Consumer<ConfigurableApplicationContext> stop, Consumer<ConfigurableApplicationContext> start) {
			this.stop = stop;
			this.start = start;
		}

		void stop(FollowingApplication application) {
			this.stop.accept(application.context());
		}

		void start(FollowingApplication application) {
			this.start.accept(application.context());
		}

	}

	/**
	 * Has work to do when the context starts.
	 */
	static final class EarlyWorker {

		EarlyWorker(DataSource dataSource) {
			assertThat(serverOf(dataSource)).isEqualTo(cluster.master().address());
		}

	}

	/**
	 * Has work to do when the context stops and when it is destroyed, as late as can be.
	 */
	static final class LateWorker implements SmartLifecycle, AutoCloseable {

		private final DataSource dataSource;

		private boolean running;

		LateWorker(DataSource dataSource) {
			this.dataSource = dataSource;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			System.out.println("stopped, with " + serverOf(this.dataSource));
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

		@Override
		public void close() {
			System.out.println("destroyed, with " + serverOf(this.dataSource));
		}

	}

}
