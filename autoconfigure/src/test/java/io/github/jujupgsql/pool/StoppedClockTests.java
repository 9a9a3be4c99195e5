package io.github.jujupgsql.pool;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What decides by the time goes by the clock that is handed in, and what waits does not.
 */
@ExtendWith(OutputCaptureExtension.class)
class StoppedClockTests {

	@AutoClose
	private final StandInServer master = StandInServer.master();

	@Test
	void whileTheClockStandsStillThenRolesAreAssignedInNoTimeAndPoolsAreClosed(CapturedOutput output) {
		ServerPoolFactory factory = new ServerPoolFactory(HikariConfig::new, "stopped", PoolTimes.DEFAULT,
				new TurnedTicker());
		try (StandInApplication application = StandInApplication.with()
			.pools((ignored, settings) -> new ServerPools(factory, settings))
			.start()) {
			application.relate(this.master);
			application.awaitPrimary(this.master);
			// the log tells it after the table has been published
			await().untilAsserted(() -> assertThat(output)
				.contains("Roles changed in 0 ms: primary none -> " + this.master.address()));
		}
		StandInApplication.awaitNothingOpen(this.master);
	}

}
