package io.github.jujupgsql.datasource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PrimaryWaiters}.
 */
class PrimaryWaitersTests {

	private static final int THREADS = 16;

	private static final int ROUNDS = 5_000;

	@Test
	void asManyAsMayWaitAndNoMoreHoweverManyComeAtOnce() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(5, null);
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger admitted = new AtomicInteger();
		together(() -> {
			for (int i = 0; i < ROUNDS; i++) {
				if (waiters.enter(true)) {
					most.accumulateAndGet(inside.incrementAndGet(), Math::max);
					admitted.incrementAndGet();
					Thread.yield();
					inside.decrementAndGet();
					waiters.leave();
				}
			}
		});
		assertThat(most).hasValueBetween(1, 5);
		assertThat(waiters.getWaiting()).isZero();
		assertThat(admitted.get() + waiters.getRefused()).isEqualTo((long) THREADS * ROUNDS);
	}

	@Test
	void oneThatIsRefusedTakesNoPlaceFromOthers() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(THREADS - 1, null);
		assertThat(waiters.enter(true)).isTrue();
		AtomicInteger refused = new AtomicInteger();
		// all but one have a place for sure, whoever is being refused at the same time
		CyclicBarrier round = new CyclicBarrier(THREADS);
		together(() -> {
			for (int i = 0; i < ROUNDS / 10; i++) {
				round.await();
				boolean in = waiters.enter(true);
				if (!in) {
					refused.incrementAndGet();
				}
				round.await();
				if (in) {
					waiters.leave();
				}
			}
		});
		assertThat(refused).hasValue(2 * (ROUNDS / 10));
		assertThat(waiters.getWaiting()).isOne();
	}

	@Test
	void ofTwoThatComeAtTheSameMomentOneGetsTheLastPlace() throws Exception {
		PrimaryWaiters waiters = new PrimaryWaiters(1, null);
		AtomicInteger admitted = new AtomicInteger();
		AtomicInteger arrivals = new AtomicInteger();
		Work work = () -> {
			for (int meeting = 2; meeting <= 4 * ROUNDS; meeting += 4) {
				meet(arrivals, meeting);
				boolean in = waiters.enter(true);
				if (in) {
					admitted.incrementAndGet();
				}
				meet(arrivals, meeting + 2);
				if (in) {
					waiters.leave();
				}
			}
		};
		together(2, work);
		assertThat(admitted).hasValue(ROUNDS);
		assertThat(waiters.getWaiting()).isZero();
	}

	/**
	 * Go on at the same moment as the other thread: one that is woken comes too late.
	 */
	private static void meet(AtomicInteger arrivals, int expected) {
		arrivals.incrementAndGet();
		for (int spins = 1; arrivals.get() < expected; spins++) {
			if (spins % 10_000 == 0) {
				Thread.yield();
			}
			Thread.onSpinWait();
		}
	}

	@Test
	void whenThePrimaryIsMissingThenOfThoseThatWaitAlreadyAsManyStayAsMay() throws Exception {
		for (int i = 0; i < ROUNDS / 10; i++) {
			PrimaryWaiters waiters = new PrimaryWaiters(3, null);
			AtomicInteger stayed = new AtomicInteger();
			for (int thread = 0; thread < THREADS; thread++) {
				assertThat(waiters.enter(false)).isTrue();
			}
			together(() -> {
				if (waiters.stay()) {
					stayed.incrementAndGet();
				}
			});
			assertThat(stayed).hasValue(3);
			assertThat(waiters.getWaiting()).isEqualTo(3);
			assertThat(waiters.getRefused()).isEqualTo(THREADS - 3);
		}
	}

	@Test
	void whileThePrimaryIsThereAnyNumberMayWaitForAConnection() {
		PrimaryWaiters waiters = new PrimaryWaiters(0, null);
		assertThat(waiters.enter(false)).isTrue();
		assertThat(waiters.enter(false)).isTrue();
		assertThat(waiters.enter(true)).isFalse();
		assertThat(waiters.getWaiting()).isEqualTo(2);
	}

	@Test
	void withoutAMaximumNobodyIsRefused() {
		PrimaryWaiters waiters = new PrimaryWaiters(null, null);
		assertThat(waiters.isWatchful()).isFalse();
		for (int i = 0; i < 1000; i++) {
			assertThat(waiters.enter(true)).isTrue();
		}
		assertThat(waiters.stay()).isTrue();
	}

	private static void together(Work work) throws Exception {
		together(THREADS, work);
	}

	private static void together(int number, Work work) throws Exception {
		CyclicBarrier start = new CyclicBarrier(number);
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			Thread thread = new Thread(() -> {
				try {
					start.await();
					work.work();
				}
				catch (Exception ex) {
					failures.add(ex);
				}
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(failures).isEmpty();
	}

	private interface Work {

		void work() throws Exception;

	}

}
