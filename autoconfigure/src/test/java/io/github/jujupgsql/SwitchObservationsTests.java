package io.github.jujupgsql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.jujupgsql.actuate.SwitchObservations;
import io.github.jujupgsql.autoconfigure.PgsqlAutoConfiguration;
import io.github.jujupgsql.autoconfigure.PgsqlObservationAutoConfiguration;
import io.github.jujupgsql.datasource.PrimaryWaiters;
import io.github.jujupgsql.standin.StandInServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static io.github.jujupgsql.standin.StandInApplication.ask;
import static io.github.jujupgsql.standin.StandInApplication.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link SwitchObservations}.
 */
class SwitchObservationsTests {

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final ObservationRegistry registry = ObservationRegistry.create();

	@AutoClose
	private final SwitchObservations observations = new SwitchObservations(() -> this.registry);

	SwitchObservationsTests() {
		this.registry.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new Recorder(this.told));
	}

	@Test
	void aSwitchIsObservedFromWhenThePrimaryIsMissingUntilThereIsAnotherOne() {
		this.observations.missing();
		await().until(() -> this.told.equals(List.of("start")));
		this.observations.changed("a:1", "b:1", "PROMOTION", 3, 2);
		this.observations.found();
		await().until(() -> this.told.size() == 4);
		assertThat(this.told).containsExactly("start", "waiting", "fencing",
				"stop cause=promotion outcome=switched fencing=2 new=b:1 old=a:1 waiting=3");
		assertThat(this.meters.get("juju.pgsql.switch").tag("cause", "promotion").timer().count()).isOne();
	}

	@Test
	void aPrimaryThatComesBackIsNoSwitch() {
		this.observations.missing();
		this.observations.found();
		await().until(() -> this.told.size() == 2);
		assertThat(this.told).containsExactly("start", "stop cause=none outcome=returned new=none old=none");
	}

	@Test
	void aPrimaryThatIsGivenUpAndThenReplacedIsOneSwitchWhoseCauseIsWhyItWasGivenUp() {
		this.observations.changed("a:1", null, "DEMOTION", 0, 0);
		this.observations.missing();
		this.observations.changed(null, "b:1", "RELATION", 0, 0);
		this.observations.found();
		await().until(() -> this.told.size() == 3);
		assertThat(this.told).containsExactly("start", "lost", "stop cause=demotion outcome=switched new=b:1 old=a:1");
	}

	@Test
	void aPrimaryThatIsGivenUpAndThenFoundAgainHasReturned() {
		this.observations.changed("a:1", null, "SILENCE", 0, 0);
		this.observations.changed(null, "a:1", "RELATION", 0, 0);
		await().until(() -> this.told.size() == 3);
		assertThat(this.told).endsWith("stop cause=silence outcome=returned new=a:1 old=a:1");
	}

	@Test
	void theFirstPrimaryIsNoSwitch() {
		this.observations.changed(null, "a:1", "RELATION", 0, 0);
		this.observations.found();
		this.observations.missing();
		await().until(() -> this.told.equals(List.of("start")));
	}

	@Test
	void whatIsObservedEndsWithTheApplication() {
		this.observations.missing();
		this.observations.close();
		assertThat(this.told).containsExactly("start", "stop cause=none outcome=closed new=none old=none");
	}

	@Test
	void aHandlerThatBlocksHoldsNobodyUpAndOneThatThrowsEndsNothing() {
		CountDownLatch blocked = new CountDownLatch(1);
		this.registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {

			@Override
			public void onStart(Observation.Context context) {
				try {
					blocked.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				throw new IllegalStateException("a handler failed");
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		this.observations.changed("a:1", "b:1", "RELATION", 0, 0);
		blocked.countDown();
		this.observations.changed("b:1", "c:1", "RELATION", 0, 0);
		await().until(() -> this.told.stream().filter("start"::equals).count() == 2);
	}

	@Test
	void manySwitchesBetweenManyServersMakeNoMoreMetersThanOneOfEachKind() {
		for (int i = 0; i < 1_000; i++) {
			this.observations.missing();
			this.observations.changed("10.0.0." + i + ":5432", "10.0.1." + i + ":5432",
					(i % 2 == 0) ? "RELATION" : "PROMOTION", i, i);
			this.observations.found();
		}
		await().until(() -> this.told.stream().filter((line) -> line.startsWith("stop")).count() == 1_000);
		assertThat(this.meters.getMeters()).hasSizeLessThan(20);
		assertThat(this.meters.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.extracting(Tag::getValue)
			.noneMatch((value) -> value.contains("10.0."));
		// as Prometheus has it, meters of one name have the same keys
		assertThat(this.meters.getMeters()).extracting(Meter::getId)
			.allSatisfy((id) -> assertThat(id.getTags()).extracting(Tag::getKey).contains("cause", "outcome"));
	}

	@Test
	void aSwitchOfAnApplicationIsObservedForAsLongAsItsWritersWait(@TempDir Path folder) throws Exception {
		Path file = folder.resolve("relation.json");
		try (StandInServer one = StandInServer.master(); StandInServer two = StandInServer.standby()) {
			relate(file, one, two);
			try (FollowingApplication application = FollowingApplication.of(file)
				.autoConfigurations(PgsqlObservationAutoConfiguration.class)
				.beans((context) -> context.registerBean(ObservationRegistry.class, () -> this.registry))
				.start()) {
				application.awaitPrimary(one.address());
				relate(file, two, one);
				application.awaitNoPrimary();
				await().until(() -> this.told.equals(List.of("start")));
				long begun = System.nanoTime();
				CompletableFuture<String> writing = async(() -> ask(application.primary(), "SELECT 1"));
				await().until(() -> application.bean(PrimaryWaiters.class).getWaiting() == 1);
				long missing = System.nanoTime() - begun;
				two.promote();
				assertThat(writing.get()).isEqualTo("1");
				await().until(() -> this.told.get(this.told.size() - 1).startsWith("stop"));
				assertThat(this.told).last()
					.asString()
					.startsWith("stop cause=relation outcome=switched")
					.contains("new=" + two.address(), "old=" + one.address(), "waiting=1");
				Timer timer = await().until(() -> this.meters.find("juju.pgsql.switch").timer(), Objects::nonNull);
				assertThat(timer.count()).isOne();
				assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isGreaterThanOrEqualTo(missing);
				assertThat(application.meters()
					.get("juju.pgsql.server.wait")
					.tags("role", "primary", "outcome", "served")
					.timer()
					.count()).isOne();
			}
		}
	}

	private static void relate(Path file, StandInServer master, StandInServer standby) throws IOException {
		Path beside = file.resolveSibling("beside");
		Files.writeString(beside, "{\"master\": \"" + connectionString(master) + "\", \"standbys\": [\""
				+ connectionString(standby) + "\"]}");
		Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

	private static String connectionString(StandInServer server) {
		return "host=127.0.0.1 port=" + server.port()
				+ " user=writer password=PgsqlTestSecret dbname=notes sslmode=disable";
	}

	@Test
	void thereAreObservationsWhereThereIsARegistryOnly() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlObservationAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=target/none.json");
		runner.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(SwitchObservations.class));
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SwitchObservations.class));
		runner.withClassLoader(new FilteredClassLoader("io.micrometer.observation"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SwitchObservations.class));
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlObservationAutoConfiguration.class))
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SwitchObservations.class));
	}

	@Test
	void observationsOfTheApplicationsOwnStay() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(PgsqlAutoConfiguration.class, PgsqlObservationAutoConfiguration.class))
			.withPropertyValues("juju.pgsql.relation-file=target/none.json")
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withBean("own", SwitchObservations.class, () -> this.observations)
			.run((context) -> assertThat(context).getBean(SwitchObservations.class).isSameAs(this.observations));
	}

	/**
	 * Writes down what is observed.
	 */
	private record Recorder(List<String> told) implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			this.told.add("start");
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			this.told.add(event.getName());
		}

		@Override
		public void onStop(Observation.Context context) {
			StringBuilder line = new StringBuilder("stop");
			context.getLowCardinalityKeyValues()
				.forEach((pair) -> line.append(' ').append(pair.getKey()).append('=').append(pair.getValue()));
			context.getHighCardinalityKeyValues()
				.forEach((pair) -> line.append(' ').append(pair.getKey()).append('=').append(pair.getValue()));
			this.told.add(line.toString());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context.getName().equals("juju.pgsql.switch");
		}

	}

}
