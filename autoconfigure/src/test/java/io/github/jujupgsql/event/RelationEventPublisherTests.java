package io.github.jujupgsql.event;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.jujupgsql.relation.ConnectionString;
import io.github.jujupgsql.relation.PgsqlRelation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RelationEventPublisher}.
 */
@ExtendWith(OutputCaptureExtension.class)
class RelationEventPublisherTests {

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final List<PgsqlRelationEvent> events = new CopyOnWriteArrayList<>();

	private final CountDownLatch atWork = new CountDownLatch(1);

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final RelationEventPublisher publisher = new RelationEventPublisher(this::hear);

	private Consumer<PgsqlRelationEvent> listener = (event) -> {
	};

	@AfterEach
	void noThreadStays() {
		this.goOn.countDown();
		this.publisher.close();
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("pgsql-events"));
	}

	@Test
	void nothingIsToldBeforeTheApplicationIsReady() {
		this.publisher.changed(relation("a"));
		this.publisher.changed(relation("b"));
		this.publisher.ready();
		awaitTold("DatabaseRelationJoined b", "MasterAvailable b", "MasterChanged b", "DatabaseAvailable b",
				"DatabaseChanged b");
	}

	@Test
	void withoutRelationNothingIsToldWhenReady() {
		this.publisher.changed(PgsqlRelation.NONE);
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		await().untilAsserted(() -> assertThat(this.told).hasSize(5));
		assertThat(this.told).startsWith("DatabaseRelationJoined a");
	}

	@Test
	void beingReadyTwiceTellsNothingTwice() {
		this.publisher.changed(relation("a"));
		this.publisher.ready();
		this.publisher.ready();
		this.publisher.changed(relation("b"));
		await().untilAsserted(() -> assertThat(this.told).hasSize(7));
		assertThat(this.told).endsWith("MasterChanged b", "DatabaseChanged b");
	}

	@Test
	void anEventSaysWhatWasBefore() {
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.publisher.changed(relation("b"));
		await().untilAsserted(() -> assertThat(this.events).hasSize(7));
		assertThat(this.events.get(0).previous()).isEqualTo(PgsqlRelation.NONE);
		assertThat(this.events.get(6)).isEqualTo(new DatabaseChanged(relation("a"), relation("b")));
	}

	@Test
	void aSlowListenerDelaysNobodyAndMissesNothing() throws InterruptedException {
		this.listener = this::block;
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.atWork.await();
		// would never return if it had to wait for the listener
		this.publisher.changed(relation("b"));
		this.publisher.changed(PgsqlRelation.NONE);
		assertThat(this.told).containsExactly("DatabaseRelationJoined a");
		this.goOn.countDown();
		awaitTold("DatabaseRelationJoined a", "MasterAvailable a", "MasterChanged a", "DatabaseAvailable a",
				"DatabaseChanged a", "MasterChanged b", "DatabaseChanged b", "MasterChanged none", "MasterGone none",
				"DatabaseChanged none", "DatabaseGone none", "DatabaseRelationBroken none");
	}

	@Test
	void aListenerThatThrowsStopsNothing(CapturedOutput output) {
		this.listener = (event) -> {
			throw new IllegalStateException("on purpose");
		};
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.publisher.changed(relation("b"));
		await().untilAsserted(() -> assertThat(this.told).hasSize(7));
		assertThat(output).contains("Telling MasterChanged failed", "on purpose");
	}

	@Test
	void whenStoppedNothingMoreIsTold() throws InterruptedException {
		this.listener = this::block;
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.publisher.changed(relation("b"));
		this.atWork.await();
		this.publisher.stop();
		this.publisher.changed(relation("c"));
		this.goOn.countDown();
		this.publisher.close();
		assertThat(this.told).containsExactly("DatabaseRelationJoined a");
	}

	@Test
	void closingInterruptsAListenerThatBlocks() throws InterruptedException {
		AtomicBoolean interrupted = new AtomicBoolean();
		this.listener = (event) -> {
			try {
				block(event);
			}
			catch (IllegalStateException ex) {
				interrupted.set(true);
			}
		};
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.atWork.await();
		this.publisher.close();
		assertThat(interrupted).isTrue();
	}

	@Test
	void closingGivesUpOnAListenerThatDoesNotMind(CapturedOutput output) throws InterruptedException {
		this.listener = (event) -> {
			this.atWork.countDown();
			while (this.goOn.getCount() > 0) {
				Thread.onSpinWait();
			}
		};
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.atWork.await();
		this.publisher.close();
		assertThat(output).contains("A listener of relation events goes on");
	}

	@Test
	void switchesOfThePrimaryAreToldInOrderWithWhatBecomesOfTheRelation() {
		this.publisher.ready();
		this.publisher.changed(relation("a"));
		this.publisher.primaryChanged(primary(null, "a"));
		this.publisher.changed(relation("b"));
		this.publisher.primaryChanged(primary("a", "b"));
		awaitTold("DatabaseRelationJoined a", "MasterAvailable a", "MasterChanged a", "DatabaseAvailable a",
				"DatabaseChanged a", "PrimaryChanged null -> a", "MasterChanged b", "DatabaseChanged b",
				"PrimaryChanged a -> b");
	}

	@Test
	void ofThePrimariesBeforeTheApplicationIsReadyOnlyTheLastIsToldAndOnce() {
		this.publisher.primaryChanged(primary(null, "a"));
		this.publisher.primaryChanged(primary("a", "b"));
		this.publisher.ready();
		this.publisher.ready();
		this.publisher.primaryChanged(primary("b", "c"));
		awaitTold("PrimaryChanged null -> b", "PrimaryChanged b -> c");
	}

	@Test
	void aPrimaryThatHasGoneBeforeTheApplicationIsReadyIsNotTold() {
		this.publisher.primaryChanged(primary(null, "a"));
		this.publisher.primaryChanged(primary("a", null));
		this.publisher.ready();
		this.publisher.primaryChanged(primary(null, "b"));
		awaitTold("PrimaryChanged null -> b");
	}

	@Test
	void whenStoppedNoSwitchIsTold() {
		this.publisher.ready();
		this.publisher.stop();
		this.publisher.primaryChanged(primary("a", "b"));
		this.publisher.close();
		assertThat(this.told).isEmpty();
	}

	private static PrimaryChanged primary(@Nullable String previous, @Nullable String primary) {
		return new PrimaryChanged(previous, primary, PrimaryChanged.Cause.RELATION, 0, 0, Duration.ZERO);
	}

	private void hear(Object event) {
		if (event instanceof PrimaryChanged change) {
			this.told.add("PrimaryChanged " + change.previous() + " -> " + change.primary());
		}
		else if (event instanceof PgsqlRelationEvent change) {
			hear(change);
		}
	}

	private void hear(PgsqlRelationEvent event) {
		ConnectionString master = event.relation().master();
		this.told
			.add(event.getClass().getSimpleName() + " " + ((master != null) ? master.options().get("host") : "none"));
		this.events.add(event);
		this.listener.accept(event);
	}

	private void block(PgsqlRelationEvent event) {
		this.atWork.countDown();
		try {
			this.goOn.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void awaitTold(String... expected) {
		await().untilAsserted(() -> assertThat(this.told).containsExactly(expected));
	}

	private static PgsqlRelation relation(String host) {
		return new PgsqlRelation(null, List.of(), List.of(), null, ConnectionString.parse("user=u host=" + host),
				List.of());
	}

}
