package io.github.jujupgsql.datasource;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Deadline}.
 */
class DeadlineTests {

	@Test
	void theLongestTimeoutLeavesTimeAndDoesNotOverflow() {
		Deadline deadline = Deadline.in(Duration.ofMillis(Long.MAX_VALUE));
		assertThat(deadline.isOver()).isFalse();
		assertThat(deadline.leftMillis()).isGreaterThan(Duration.ofDays(36000).toMillis());
	}

	@Test
	void aDeadlineThatIsOverLeavesNoMilliseconds() {
		Deadline deadline = Deadline.in(Duration.ofSeconds(-5));
		assertThat(deadline.isOver()).isTrue();
		assertThat(deadline.left()).isNegative();
		assertThat(deadline.leftMillis()).isZero();
	}

	@Test
	void theEarlierOfTwoIsTheEarlierAlsoWhereTheClockOverflows() {
		Deadline before = new Deadline(Long.MAX_VALUE - 1);
		Deadline after = new Deadline(Long.MIN_VALUE + 1);
		assertThat(before.earlier(after)).isSameAs(before);
		assertThat(after.earlier(before)).isSameAs(before);
	}

}
