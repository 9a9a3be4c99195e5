package io.github.jujupgsql.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.pool.CurrentRoles;
import io.github.jujupgsql.pool.ServerPool;
import io.github.jujupgsql.pool.ServerPools;
import io.github.jujupgsql.test.PgsqlCluster;
import io.github.jujupgsql.watch.RelationFileWatcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the beans of an application are told while its relation file changes.
 */
@ExtendWith(OutputCaptureExtension.class)
class RelationEventsTests {

	private static final String SERVER = " hostaddr=127.0.0.1 port=1 password=zq8Marked7 user=u";

	@AutoClose
	private static final PgsqlCluster cluster = PgsqlCluster.start(0);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	Path folder;

	@AfterEach
	void noSecretIsToldAndNothingStays(CapturedOutput output) {
		assertThat(output).doesNotContain("zq8Marked7", cluster.password());
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("pgsql-")));
	}

	@Test
	void whatIsThereAtStartIsToldOnceAndOnlyWhenTheApplicationIsReady() throws IOException {
		write("{\"master\": \"host=a" + SERVER + "\", \"standbys\": [\"host=b" + SERVER + "\"]}");
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			assertThat(listeners.told).isEmpty();
			ready(context);
			ready(context);
			write("{\"master\": \"host=c" + SERVER + "\", \"standbys\": [\"host=b" + SERVER + "\"]}");
			listeners.awaitTold("DatabaseRelationJoined", "MasterAvailable", "MasterChanged", "StandbyAvailable",
					"StandbyChanged", "DatabaseAvailable", "DatabaseChanged", "MasterChanged", "DatabaseChanged");
			assertThat(listeners.told).allSatisfy((event) -> assertThat(event.toString()).doesNotContain("zq8Marked7"));
		});
	}

	@Test
	void changesOfTheFileAreTold() {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			ready(context);
			write("{}");
			listeners.awaitTold("DatabaseRelationJoined");
			write("{\"standbys\": [\"host=b" + SERVER + "\"]}");
			listeners.awaitMore("StandbyAvailable", "StandbyChanged", "DatabaseAvailable", "DatabaseChanged");
			write("{\"standbys\": [\"host=b user=u pasword=zq8Marked7\"], \"master\": 1}");
			write("{\"standbys\": [\"host=b" + SERVER + " connect_timeout=3\"]}");
			listeners.awaitMore("StandbyChanged", "DatabaseChanged");
			Files.delete(file());
			listeners.awaitMore("StandbyChanged", "StandbyGone", "DatabaseChanged", "DatabaseGone",
					"DatabaseRelationBroken");
		});
	}

	@Test
	void aRelationThatIsRemovedAndIntegratedAgainIsToldAsTwo() {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			write("{\"relation-id\": 7, \"master\": \"host=a" + SERVER + "\"}");
			ready(context);
			listeners.awaitTold("DatabaseRelationJoined", "MasterAvailable", "MasterChanged", "DatabaseAvailable",
					"DatabaseChanged");
			write("{}");
			listeners.awaitMore("MasterChanged", "MasterGone", "DatabaseChanged", "DatabaseGone");
			write("{\"relation-id\": 12, \"master\": \"host=a" + SERVER + " user=v\"}");
			listeners.awaitMore("DatabaseRelationBroken", "DatabaseRelationJoined", "MasterAvailable", "MasterChanged",
					"DatabaseAvailable", "DatabaseChanged");
		});
	}

	@Test
	void eachListenerHearsWhatItAskedForAlthoughOneBeforeItThrows(CapturedOutput output) {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			ready(context);
			write("{\"master\": \"host=a" + SERVER + "\"}");
			await().untilAsserted(() -> assertThat(listeners.masters).containsExactly("a"));
			await().untilAsserted(() -> assertThat(context.getBean("bean", PayloadListener.class).heard).hasSize(1));
			assertThat(output).contains("A listener of MasterChanged failed", "on purpose");
		});
	}

	@Test
	void aBlockedListenerDelaysNeitherTheRelationNorTheClosingForLong() {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			listeners.block = true;
			ready(context);
			write("{\"master\": \"host=a" + SERVER + "\"}");
			listeners.atWork.await();
			write("{\"master\": \"host=b" + SERVER + "\"}");
			RelationFileWatcher watcher = context.getBean(RelationFileWatcher.class);
			await().untilAsserted(
					() -> assertThat(Objects.requireNonNull(watcher.getState().relation().master()).options())
						.containsEntry("host", "b"));
			context.close();
			assertThat(listeners.told).hasSize(1);
		});
	}

	@Test
	void whoBorrowsOnceAChangeIsToldGetsTheNewMaster() {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			ready(context);
			write("{\"master\": \"host=a" + SERVER + "\"}");
			listeners.awaitTold("DatabaseRelationJoined", "MasterAvailable", "MasterChanged", "DatabaseAvailable",
					"DatabaseChanged");
			listeners.borrowFrom = context.getBean("dataSource", DataSource.class);
			write("{\"master\": \"" + cluster.master().connectionString() + "\"}");
			await().untilAsserted(() -> assertThat(listeners.borrowed).containsExactly(cluster.master().port()));
		});
	}

	@Test
	void theSameMasterInOtherWordsIsToldAndKeepsItsPool() {
		run((context) -> {
			Listeners listeners = context.getBean(Listeners.class);
			CurrentRoles roles = context.getBean(ServerPools.class).getRoles();
			write("{\"master\": \"" + cluster.master().connectionString() + "\"}");
			await().untilAsserted(() -> assertThat(roles.current().primary()).isNotNull());
			ServerPool pool = roles.current().primary();
			ready(context);
			listeners.awaitTold("DatabaseRelationJoined", "MasterAvailable", "MasterChanged", "DatabaseAvailable",
					"DatabaseChanged");
			write("{\"master\": \"" + cluster.master().uri() + "\"}");
			listeners.awaitMore("MasterChanged", "DatabaseChanged");
			assertThat(roles.current().primary()).isSameAs(pool);
		});
	}

	private void run(Scenario scenario) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PgsqlAutoConfiguration.class))
			.withUserConfiguration(Listeners.class)
			.withPropertyValues("juju.pgsql.relation-file=" + file(), "juju.pgsql.missing-file-grace=50ms")
			.run(scenario::play);
	}

	private static void ready(AssertableApplicationContext context) {
		context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
				context.getSourceApplicationContext(GenericApplicationContext.class), Duration.ZERO));
	}

	private Path file() {
		return this.folder.resolve("relation.json");
	}

	private void write(String content) throws IOException {
		Path beside = Files.writeString(this.folder.resolve("relation.new"), content);
		Files.move(beside, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	interface Scenario {

		void play(AssertableApplicationContext context) throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	static class Listeners {

		final List<PgsqlRelationEvent> told = new CopyOnWriteArrayList<>();

		final List<String> masters = new CopyOnWriteArrayList<>();

		final List<Integer> borrowed = new CopyOnWriteArrayList<>();

		final CountDownLatch atWork = new CountDownLatch(1);

		volatile boolean block;

		private volatile @Nullable DataSource borrowFrom;

		private int seen;

		@EventListener
		@Order(1)
		void all(PgsqlRelationEvent event) throws InterruptedException {
			assertThat(Thread.currentThread().getName()).isEqualTo("pgsql-events");
			this.told.add(event);
			this.atWork.countDown();
			if (this.block) {
				new CountDownLatch(1).await();
			}
		}

		@EventListener
		@Order(2)
		void failing(PgsqlRelationEvent event) {
			throw new IllegalStateException("on purpose");
		}

		@EventListener
		@Order(3)
		void masterChanged(MasterChanged event) throws SQLException {
			if (event.relation().master() != null) {
				this.masters.add(event.relation().master().options().getOrDefault("host", ""));
			}
			DataSource dataSource = this.borrowFrom;
			if (dataSource != null) {
				try (Connection connection = dataSource.getConnection();
						Statement statement = connection.createStatement();
						ResultSet result = statement.executeQuery("SELECT inet_server_port()")) {
					result.next();
					this.borrowed.add(result.getInt(1));
				}
			}
		}

		@Bean
		PayloadListener bean() {
			return new PayloadListener();
		}

		void awaitTold(String... names) {
			await().untilAsserted(() -> assertThat(names()).containsExactly(names));
			this.seen = names.length;
		}

		void awaitMore(String... names) {
			await().untilAsserted(() -> assertThat(names().stream().skip(this.seen)).containsExactly(names));
			this.seen += names.length;
		}

		private List<String> names() {
			return this.told.stream().map((event) -> event.getClass().getSimpleName()).toList();
		}

	}

	static class PayloadListener implements ApplicationListener<PayloadApplicationEvent<MasterChanged>> {

		final List<MasterChanged> heard = new CopyOnWriteArrayList<>();

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<MasterChanged> event) {
			this.heard.add(event.getPayload());
		}

	}

}
