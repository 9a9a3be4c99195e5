package io.github.jujupgsql.pool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LastAttempt}.
 */
class LastAttemptTests {

	private static final Duration MOMENT = Duration.ofNanos(1);

	@AutoClose
	private final StandInServer server = StandInServer.master();

	private final TurnedTicker ticker = new TurnedTicker();

	private final ServerConnections connections = new ServerConnections("server",
			DriverProperties.of(this.server.connectionString(), "test").toProperties(), Duration.ofSeconds(30),
			Set.of(), PoolTimes.DEFAULT, this.ticker);

	@Test
	void whatOneSessionBeganWithHoldsForOthersForAWhile() throws SQLException {
		this.server.readOnlyByDefault(true);
		this.connections.getDialler().open();
		LastAttempt last = this.connections.getLastAttempt();
		assertThat(last.beginReadOnly()).isTrue();
		this.ticker.turn(PoolTimes.DEFAULT.sessionBeginning().minus(MOMENT));
		assertThat(last.beginReadOnly()).isTrue();
		this.ticker.turn(MOMENT);
		assertThat(last.beginReadOnly()).isFalse();
		this.connections.abortAll();
	}

}
