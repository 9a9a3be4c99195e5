package io.github.jujupgsql.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WalPositionHistory}.
 */
class WalPositionHistoryTests {

	private final WalPositionHistory log = new WalPositionHistory();

	@Test
	void whoHasReplayedAllDoesNotLagHoweverOldThatIs() {
		written(1, 100);
		assertThat(lag(100, false, 3600)).isZero();
	}

	@Test
	void whoHasNotLagsSinceThePrimaryHadNoMore() {
		written(1, 100);
		written(2, 200);
		written(3, 300);
		assertThat(lag(150, false, 60)).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void whoBelievesToHaveCaughtUpLagsIfThePrimaryHasMore() {
		written(1, 100);
		written(9, 200);
		assertThat(lag(100, true, 60)).isEqualTo(Duration.ofSeconds(8));
	}

	@Test
	void whatWasCommittedAMomentAgoDoesNotCountFromTheLastTimeThePrimaryWasAsked() {
		written(1, 100);
		written(2, 200);
		assertThat(lag(199, false, 0)).isZero();
	}

	@Test
	void whoIsFurtherBackThanIsKnownLagsByWhatItSays() {
		written(1, 100);
		written(2, 200);
		assertThat(lag(50, false, 3600)).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void afterAPromotionTheNewPrimarysHistoryCounts() {
		written(1, 1000);
		written(2, 500);
		assertThat(lag(500, true, 60)).isZero();
	}

	@Test
	void aPrimaryThatIsAwayMakesNobodyLag() {
		written(1, 100);
		assertThat(lag(100, true, 3600)).isZero();
	}

	@Test
	void withoutAPrimaryAStandbyIsBelieved() {
		assertThat(lag(100, true, 3600)).isZero();
		assertThat(lag(100, false, 3600)).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void whoHasReplayedNoTransactionYetLagsSinceThePrimaryHadNoMore() {
		written(1, 100);
		written(4, 200);
		assertThat(this.log.lagOf(new ReplayPosition(150, false, null))).isEqualTo(Duration.ofSeconds(3));
	}

	private void written(int second, long position) {
		this.log.add(TimeUnit.SECONDS.toNanos(second), position);
	}

	private Duration lag(long replayed, boolean caughtUp, int age) {
		return this.log.lagOf(new ReplayPosition(replayed, caughtUp, Duration.ofSeconds(age)));
	}

}
