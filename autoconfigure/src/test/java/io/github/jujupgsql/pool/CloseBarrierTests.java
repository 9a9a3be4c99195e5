package io.github.jujupgsql.pool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link CloseBarrier}.
 */
class CloseBarrierTests {

	private final CloseBarrier barrier = new CloseBarrier();

	private final AtomicBoolean fenced = new AtomicBoolean();

	private final AtomicBoolean closedAfterwards = new AtomicBoolean();

	private final Thread closer = new Thread(() -> {
		this.barrier.await();
		this.closedAfterwards.set(this.fenced.get());
	});

	@Test
	void whatIsEvictedIsClosedOnceAllAreFenced() throws InterruptedException {
		int open = this.barrier.whileUp(() -> {
			this.closer.start();
			await().atMost(10, TimeUnit.SECONDS)
				.until(() -> this.closer.getState() == Thread.State.WAITING || !this.closer.isAlive());
			this.fenced.set(true);
			return 3;
		});
		this.closer.join(TimeUnit.SECONDS.toMillis(10));
		assertThat(open).isEqualTo(3);
		assertThat(this.closedAfterwards).isTrue();
	}

	@Test
	void theThreadThatFencesMayCloseAsWell() {
		this.barrier.whileUp(() -> {
			this.barrier.await();
			this.fenced.set(true);
			return 0;
		});
		assertThat(this.fenced).isTrue();
	}

	@Test
	void whenFencingFailsThenNothingWaits() throws InterruptedException {
		assertThatIllegalStateException().isThrownBy(() -> this.barrier.whileUp(() -> {
			throw new IllegalStateException();
		}));
		this.closer.start();
		this.closer.join(TimeUnit.SECONDS.toMillis(10));
		assertThat(this.closer.isAlive()).isFalse();
	}

}
