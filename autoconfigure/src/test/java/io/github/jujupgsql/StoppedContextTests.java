package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.test.PgsqlServer;
import io.github.jujupgsql.test.RelationFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import static io.github.jujupgsql.FollowingApplication.addresses;
import static io.github.jujupgsql.FollowingApplication.ask;
import static io.github.jujupgsql.FollowingApplication.awaitPrimary;
import static io.github.jujupgsql.FollowingApplication.awaitReplicas;
import static io.github.jujupgsql.FollowingApplication.endpoint;
import static io.github.jujupgsql.FollowingApplication.execute;
import static io.github.jujupgsql.FollowingApplication.primary;
import static io.github.jujupgsql.FollowingApplication.replica;
import static io.github.jujupgsql.FollowingApplication.serverOf;
import static io.github.jujupgsql.FollowingApplication.sessions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * What a context leaves open while it is stopped, as before a checkpoint of the virtual
 * machine or while another test's context is in use, and after it is closed.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoppedContextTests {

	private static final String WATCHER = "pgsql-relation-watcher";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(2);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@SuppressWarnings("NullAway.Init")
	private RelationFile relation;

	private ApplicationContextRunner runner = FollowingApplication.runner()
		.withPropertyValues("spring.datasource.hikari.minimum-idle=2", "juju.pgsql.replica.minimum-idle=2");

	private long inotifyInstances;

	@BeforeEach
	void writeRelation() throws IOException {
		this.relation = RelationFile.at(this.folder.resolve("relation.json"), cluster);
		this.relation.write();
		this.inotifyInstances = inotifyInstances();
	}

	@AfterEach
	void nothingIsLeft() {
		cluster.servers().forEach(PgsqlServer::start);
		expectNoThread();
		await().untilAsserted(() -> assertThat(inotifyInstances()).isLessThanOrEqualTo(this.inotifyInstances));
		for (PgsqlServer server : cluster.formerMasters()) {
			cluster.rejoin(server);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whileStoppedNothingIsOpenAndAfterwardsTheFileIsFollowedAgain(Way way, CapturedOutput output) {
		// Spring Boot's own lifecycle of a pool takes one that is open when it is created
		this.runner = this.runner.withBean(EarlyWorker.class);
		follow((context) -> {
			assertThat(context).hasSingleBean(HikariCheckpointRestoreLifecycle.class);
			for (int round = 0; round < 2; round++) {
				PgsqlServer former = cluster.master();
				awaitConnections(context);
				way.stop(context);
				expectNothingOpen(context);
				PgsqlServer promoted = cluster.promote(cluster.mostAdvancedStandby());
				this.relation.write();
				expectNoSession();
				way.start(context);
				assertThat(serverOf(primary(context))).isEqualTo(promoted.address());
				cluster.rejoin(former);
				this.relation.write();
				awaitConnections(context);
				assertThat(threads()).containsOnlyOnce(WATCHER);
			}
		});
		assertThat(output).doesNotContain("allow pool suspension");
	}

	@Test
	void whenStoppedWhileConnectionsAreBeingOpenedThenNoneIsLeft() {
		follow((context) -> {
			for (int round = 0; round < 15; round++) {
				Way.STOP.stop(context);
				expectNothingOpen(context);
				expectNoSession();
				Way.STOP.start(context);
			}
			awaitConnections(context);
		});
	}

	@Test
	void whoBorrowsWhileStoppedGetsAConnectionThatIsNotKept() {
		follow((context) -> {
			awaitConnections(context);
			try (Connection inUse = primary(context).getConnection()) {
				String backend = ask(inUse, "SELECT pg_backend_pid()");
				Way.STOP.stop(context);
				assertThat(ask(inUse, "SELECT pg_backend_pid()")).as("work in flight goes on").isEqualTo(backend);
				assertThat(serverOf(primary(context))).isEqualTo(cluster.master().address());
				assertThat(addresses(cluster.standbys())).contains(serverOf(replica(context)));
			}
			expectNoSession();
		});
	}

	@Test
	void whenServersAreGoneBeforeAStopThenNobodyGoesOnAskingForThem() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.connection-timeout=500");
		PgsqlServer master = cluster.master();
		PgsqlServer standby = cluster.standbys().get(0);
		standby.crash();
		follow((context) -> {
			await().until(() -> endpoint(context).replicas().size() == 1);
			master.crash();
			assertThat(catchThrowable(() -> serverOf(primary(context)))).isNotNull();
			Way.STOP.stop(context);
			await().until(() -> Thread.getAllStackTraces()
				.values()
				.stream()
				.flatMap(Stream::of)
				.noneMatch((call) -> call.getClassName().endsWith(".PoolSource")
						|| call.getClassName().endsWith(".ServerConnections")));
			master.start();
			standby.start();
			// longer than it takes until a standby is asked again
			await().during(Duration.ofMillis(1500)).until(() -> endpoint(context).replicas().size() == 1);
			expectNoSession();
			Way.STOP.start(context);
			awaitConnections(context);
		});
	}

	@Test
	void aStandbyThatLaggedBehindBeforeAStopIsTakenBackAfterIt() {
		this.runner = this.runner.withPropertyValues("juju.pgsql.replica.maximum-lag=500ms");
		follow((context) -> {
			awaitConnections(context);
			PgsqlServer late = cluster.standbys().get(0);
			late.pauseReplay();
			try {
				execute(primary(context), "CREATE TABLE late (i int)");
				await().untilAsserted(() -> assertThat(endpoint(context).replicas()).hasSize(1));
				Way.STOP.stop(context);
				expectNothingOpen(context);
				Way.STOP.start(context);
			}
			finally {
				late.resumeReplay();
			}
			awaitConnections(context);
		});
	}

	@Test
	void aStoppedContextCanBeClosedAndTellsNothingMore(CapturedOutput output) {
		follow((context) -> {
			awaitConnections(context);
			Way.STOP.stop(context);
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN") || line.contains("ERROR"))).isEmpty();
	}

	@Test
	void whatIsDestroyedWithTheContextCanStillBorrow(CapturedOutput output) {
		this.runner = this.runner.withBean(LateWorker.class);
		follow((context) -> {
			awaitConnections(context);
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN") || line.contains("ERROR"))).isEmpty();
		String master = cluster.master().address();
		assertThat(output).contains("stopped, with " + master).contains("destroyed, with " + master);
	}

	@Test
	void whenContextsFollowOneAnotherInOneMachineThenThereIsOneWatcher() {
		for (int i = 0; i < 5; i++) {
			follow((context) -> {
				awaitConnections(context);
				assertThat(threads()).containsOnlyOnce(WATCHER).containsOnlyOnce("pgsql-roles");
			});
			assertThat(threads()).doesNotContain(WATCHER);
			expectNoThread();
			expectNoSession();
		}
	}

	private void follow(ContextConsumer<AssertableApplicationContext> consumer) {
		this.runner.withPropertyValues("juju.pgsql.relation-file=" + this.relation.path()).run((context) -> {
			assertThat(context).hasNotFailed();
			awaitPrimary(context, cluster.master());
			consumer.accept(context);
		});
	}

	private static void awaitConnections(AssertableApplicationContext context) {
		awaitPrimary(context, cluster.master());
		awaitReplicas(context, addresses(cluster.standbys()));
		await().untilAsserted(() -> {
			assertThat(endpoint(context).primary()).isNotNull().matches((pool) -> pool.idle() >= 2);
			assertThat(endpoint(context).replicas()).allMatch((pool) -> pool.idle() >= 2);
		});
	}

	private void expectNothingOpen(AssertableApplicationContext context) throws IOException {
		assertThat(threads()).doesNotContain(WATCHER);
		assertThat(inotifyInstances()).isLessThanOrEqualTo(this.inotifyInstances);
		assertThat(endpoint(context).replicas()).allMatch((pool) -> pool.idle() + pool.active() == 0);
		if (endpoint(context).primary() != null) {
			assertThat(endpoint(context).primary()).matches((pool) -> pool.idle() + pool.active() == 0);
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

		void stop(AssertableApplicationContext context) {
			this.stop.accept(context.getSourceApplicationContext(ConfigurableApplicationContext.class));
		}

		void start(AssertableApplicationContext context) {
			this.start.accept(context.getSourceApplicationContext(ConfigurableApplicationContext.class));
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
