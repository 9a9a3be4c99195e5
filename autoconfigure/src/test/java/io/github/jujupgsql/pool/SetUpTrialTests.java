package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

import com.zaxxer.hikari.HikariConfig;
import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.role.RetryBackoff;
import io.github.jujupgsql.standin.StandInServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SetUpTrial}.
 */
class SetUpTrialTests {

	private static final String REFUSED = "CREATE TEMP TABLE once (i int)";

	private static final Duration MOMENT = Duration.ofNanos(1);

	@AutoClose
	private final StandInServer standby = StandInServer.standby();

	private final TurnedTicker ticker = new TurnedTicker();

	private final ServerConnections connections = new ServerConnections("server",
			DriverProperties.of(this.standby.connectionString(), "test").toProperties(), Duration.ofSeconds(30),
			Set.of(), PoolTimes.DEFAULT, this.ticker);

	private final SetUpTrial trial = new SetUpTrial(PoolTimes.DEFAULT.answerTimeout(), this.ticker);

	@AfterEach
	void closeConnections() {
		this.connections.abortAll();
	}

	@Test
	void whatAStandbyHasRefusedIsTriedAgainOnlyAfterThePause() throws SQLException {
		RoleCheck refused = tryOut();
		assertThat(refused).isNotNull();
		assertThat(refused.reason()).contains("connection-init-sql", "in recovery");
		this.ticker.turn(RetryBackoff.SETTINGS.pauseAfter(1).minus(MOMENT));
		assertThat(tryOut()).as("the answer before").isSameAs(refused);
		assertThat(tries()).isOne();
		this.ticker.turn(MOMENT);
		assertThat(tryOut()).as("another answer").isNotNull().isNotSameAs(refused);
		assertThat(tries()).isEqualTo(2);
	}

	@Test
	void whatAStandbyHasRefusedIsTriedAtOnceWhenItHasBeenPromoted() throws SQLException {
		assertThat(tryOut()).isNotNull();
		this.standby.promote();
		assertThat(tryOut()).isNull();
		assertThat(tries()).isEqualTo(2);
	}

	@Test
	void aPoolThatCouldNotBeOpenedIsTriedMoreAndMoreRarely() {
		for (int times = 1; times <= 4; times++) {
			RoleCheck failed = this.trial.failed(new IllegalStateException("no pool"));
			assertThat(this.trial.pending()).isSameAs(failed);
			this.ticker.turn(RetryBackoff.RECOVERY.pauseAfter(times).minus(MOMENT));
			assertThat(this.trial.pending()).isSameAs(failed);
			this.ticker.turn(MOMENT);
			assertThat(this.trial.pending()).isNull();
		}
	}

	private @Nullable RoleCheck tryOut() throws SQLException {
		HikariConfig config = new HikariConfig();
		config.setConnectionInitSql(REFUSED);
		return this.trial.tryOut(new ConnectionSetUp(config), this.connections.getDialler().open());
	}

	private long tries() {
		return this.standby.statements().stream().filter((statement) -> statement.sql().equals(REFUSED)).count();
	}

}
