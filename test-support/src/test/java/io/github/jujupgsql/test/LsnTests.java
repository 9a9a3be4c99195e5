package io.github.jujupgsql.test;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Lsn}.
 */
class LsnTests {

	@Test
	void textIsReadAndWritten() {
		assertThat(Lsn.parse("1A/30001B8")).isEqualTo(new Lsn(0x1A_030001B8L)).hasToString("1A/30001B8");
		assertThat(Lsn.parse("FFFFFFFF/FFFFFFFF")).hasToString("FFFFFFFF/FFFFFFFF");
	}

	@Test
	void laterPositionHasReachedEarlierOne() {
		assertThat(Lsn.parse("1/0").hasReached(Lsn.parse("0/FFFFFFFF"))).isTrue();
		assertThat(Lsn.parse("1/0").hasReached(Lsn.parse("1/0"))).isTrue();
		assertThat(Lsn.parse("1/0").hasReached(Lsn.parse("FFFFFFFF/0"))).isFalse();
	}

	@Test
	void otherTextIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Lsn.parse("12"));
		assertThatIllegalArgumentException().isThrownBy(() -> Lsn.parse("x/y"));
	}

}
