package io.github.jujupgsql.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;

import io.github.jujupgsql.relation.DriverProperties;
import io.github.jujupgsql.standin.StandInApplication;
import io.github.jujupgsql.standin.StandInServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerConnections}.
 */
class ServerConnectionsTests {

	@AutoClose
	private final StandInServer server = StandInServer.master();

	private final ServerConnections connections = new ServerConnections("server",
			DriverProperties.of(this.server.connectionString(), "test").toProperties(), Duration.ofSeconds(30),
			Set.of(), PoolTimes.DEFAULT, Ticker.SYSTEM);

	@Test
	void whatIsOfferedIsWhatThePoolGets() throws SQLException {
		Connection opened = this.connections.getDialler().open();
		this.connections.source().offer(opened);
		assertThat(this.connections.source().getConnection()).isSameAs(opened);
		this.connections.abortAll();
	}

	@Test
	void whatIsOfferedAfterTheServerHasLeftIsClosed() throws SQLException {
		Connection opened = this.connections.getDialler().open();
		this.connections.retire();
		this.connections.source().offer(opened);
		StandInApplication.awaitNothingOpen(this.server);
		assertThat(opened.isClosed()).isTrue();
	}

}
