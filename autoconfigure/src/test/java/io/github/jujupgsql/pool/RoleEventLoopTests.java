package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RoleEventLoop}.
 */
class RoleEventLoopTests {

	private final RoleEventLoop loop = new RoleEventLoop(new DaemonThreads("loop-under-test"));

	private final List<String> done = new ArrayList<>();

	@Test
	void nothingIsDecidedAfterTheLastDecision() throws Exception {
		CountDownLatch scheduled = new CountDownLatch(1);
		for (int round = 0; round < 20; round++) {
			this.loop.repeat(() -> this.done.add("periodic"), Duration.ofNanos(1));
		}
		this.loop.execute(scheduled::countDown);
		scheduled.await();
		int before = this.loop.end(() -> {
			// what is due now comes before this thread is told to end
			this.loop.execute(() -> this.done.add("late"));
			return this.done.size();
		}, Duration.ofSeconds(5));
		assertThat(this.done).hasSize(before);
	}

	@Test
	void aDecisionThatFailsIsToldAndTheNextOneIsMade() throws Exception {
		this.loop.whenFailed(() -> this.done.add("told"));
		this.loop.execute(() -> {
			throw new IllegalStateException("for the test");
		});
		this.loop.execute(() -> this.done.add("next"));
		assertThat(this.loop.<List<String>>end(() -> List.copyOf(this.done), Duration.ofSeconds(5)))
			.containsExactly("told", "next");
	}

}
